// The block function of ChaCha20 (RFC 8439, section 2.3) and the endless stream it gives.
const WORDS = 16
export const chachaBlockBytes = WORDS * 4

/** "expand 32-byte k" */
const CONSTANTS = [0x61707865, 0x3320646e, 0x79622d32, 0x6b206574] as const

/** The 16 words before the rounds: constants, key, counter and nonce. */
export function chachaState(
  key: Uint8Array,
  counter: number,
  nonce: readonly [number, number, number],
): Uint32Array {
  if (key.length !== 32) throw new RangeError('a key of ChaCha20 has 32 bytes')
  const view = new DataView(key.buffer, key.byteOffset, key.byteLength)
  const keyWords = Array.from({ length: 8 }, (_, i) => view.getUint32(i * 4, true))
  return Uint32Array.of(...CONSTANTS, ...keyWords, counter, ...nonce)
}

/** Writes the 64 bytes of the key stream that belong to a state. */
export function chachaBlock(state: Uint32Array, out: DataView): void {
  const x = working
  x.set(state)
  for (let round = 0; round < 10; round++) {
    quarterRound(x, 0, 4, 8, 12)
    quarterRound(x, 1, 5, 9, 13)
    quarterRound(x, 2, 6, 10, 14)
    quarterRound(x, 3, 7, 11, 15)
    quarterRound(x, 0, 5, 10, 15)
    quarterRound(x, 1, 6, 11, 12)
    quarterRound(x, 2, 7, 8, 13)
    quarterRound(x, 3, 4, 9, 14)
  }
  for (let i = 0; i < WORDS; i++) out.setUint32(i * 4, x[i]! + state[i]!, true)
}

const working = new Uint32Array(WORDS)

function quarterRound(x: Uint32Array, a: number, b: number, c: number, d: number): void {
  x[a] = x[a]! + x[b]!
  x[d] = rotated(x[d]! ^ x[a]!, 16)
  x[c] = x[c]! + x[d]!
  x[b] = rotated(x[b]! ^ x[c]!, 12)
  x[a] = x[a]! + x[b]!
  x[d] = rotated(x[d]! ^ x[a]!, 8)
  x[c] = x[c]! + x[d]!
  x[b] = rotated(x[b]! ^ x[c]!, 7)
}

function rotated(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits))
}
