import { randomSeedBytes, seededRandom } from '../noise/random-source.ts'

/** A mask, and whether it was added to a sum or taken from it. */
export interface Mask {
  readonly seed: Uint8Array
  readonly sign: 1 | -1
}

/** Words that a mask is made of at a time. */
const CHUNK = 16_384

/** Adds a mask to whole numbers modulo 2^32, or takes it off. The mask is the key stream of all 256
 *  bits of its seed. */
export function addMask(target: Uint32Array, seed: Uint8Array, sign: 1 | -1): void {
  if (seed.length !== randomSeedBytes) throw new RangeError('a mask has a seed of 32 bytes')
  const source = seededRandom(seed)
  const chunk = new Uint32Array(Math.min(CHUNK, target.length))
  const bytes = new Uint8Array(chunk.buffer)
  for (let at = 0; at < target.length; at += chunk.length) {
    const count = Math.min(chunk.length, target.length - at)
    source.fill(bytes.subarray(0, 4 * count))
    if (sign === 1) for (let i = 0; i < count; i++) target[at + i]! += chunk[i]!
    else for (let i = 0; i < count; i++) target[at + i]! -= chunk[i]!
  }
}

/** Adds whole numbers modulo 2^32. */
export function addWords(target: Uint32Array, words: Uint32Array | Int32Array): void {
  for (let i = 0; i < target.length; i++) target[i]! += words[i]!
}
