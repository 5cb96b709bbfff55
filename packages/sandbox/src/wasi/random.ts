// The guest's randomness: one ChaCha20 stream keyed by the seed of the task, so that every run of a
// task draws the same bytes. Chosen over AES-256-CTR, which has no short form without the host's
// crypto (none may be imported here), and over hashing a counter, which is slower and has no
// published vectors for the stream as such. How much each call asks for does not matter: two calls
// of 10 bytes draw what one of 20 does.
import { chachaBlock, chachaBlockBytes, chachaState } from './chacha20.ts'

export interface RandomStream {
  /** Where in the stream the next byte is; may be set. */
  position: number
  fill(target: Uint8Array): void
}

/** From its beginning, or from a later block of 64 bytes. */
export function randomStream(seed: Uint8Array, firstBlock = 0): RandomStream {
  const state = chachaState(seed, 0, [0, 0, 0])
  const block = new Uint8Array(chachaBlockBytes)
  const view = new DataView(block.buffer)
  let position = firstBlock * chachaBlockBytes

  function makeBlock(index: number): void {
    // The counter of RFC 8439 ends after 256 GiB; the first word of the nonce carries it on.
    state[12] = index % 2 ** 32
    state[13] = Math.floor(index / 2 ** 32)
    chachaBlock(state, view)
  }

  return {
    get position() {
      return position
    },
    set position(to) {
      position = to
      if (to % chachaBlockBytes !== 0) makeBlock(Math.floor(to / chachaBlockBytes))
    },
    fill(target) {
      let filled = 0
      while (filled < target.length) {
        const start = position % chachaBlockBytes
        if (start === 0) makeBlock(position / chachaBlockBytes)
        const bytes = Math.min(chachaBlockBytes - start, target.length - filled)
        target.set(block.subarray(start, start + bytes), filled)
        filled += bytes
        position += bytes
      }
    },
  }
}
