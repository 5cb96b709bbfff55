// Where noise, masks and shares come from. AES-256 in counter mode is a generator that nobody
// without the key tells from chance, and the fastest that Node brings.
import { createCipheriv, randomBytes } from 'node:crypto'

export interface RandomSource {
  /** Overwrites all bytes with fresh random ones. */
  fill(bytes: Uint8Array): void
}

export const randomSeedBytes = 32

/** A source of this process alone, with a fresh key. */
export function systemRandom(): RandomSource {
  return seededRandom(randomBytes(randomSeedBytes))
}

/** The stream of one key: the same key, the same bytes. For masks that two parties must share, and
 *  for tests; noise from a key that somebody else knows protects nothing. */
export function seededRandom(key: Uint8Array): RandomSource {
  // A shorter key would be guessed: masks of a known framework had 32 bits.
  if (key.length !== randomSeedBytes) throw new RangeError('a seed has 32 bytes')
  const cipher = createCipheriv('aes-256-ctr', key, new Uint8Array(16))
  return {
    fill(bytes) {
      for (let at = 0; at < bytes.length; at += ZEROS.length) {
        const part = bytes.subarray(at, at + ZEROS.length)
        part.set(cipher.update(ZEROS.subarray(0, part.length)))
      }
    },
  }
}

const ZEROS = new Uint8Array(65_536)

/** Reads a source in words. */
export interface RandomWords {
  /** 32 bits. */
  word(): number
  /** A whole number below 2^bits, for up to 53 bits. */
  bits(bits: number): number
  /** A whole number below `bound`, for bounds up to 2^53; each is as likely as every other. */
  below(bound: number): number
}

export function randomWords(source: RandomSource): RandomWords {
  const buffer = new Uint32Array(4_096)
  let at = buffer.length
  const word = () => {
    if (at === buffer.length) {
      source.fill(new Uint8Array(buffer.buffer))
      at = 0
    }
    const value = buffer[at]!
    buffer[at] = 0
    at += 1
    return value
  }
  const bits = (count: number) =>
    count <= 32 ? word() >>> (32 - count) : (word() >>> (64 - count)) * 4_294_967_296 + word()
  const below = (bound: number) => {
    const width = Math.ceil(Math.log2(bound))
    if (width === 0) return 0
    for (;;) {
      const value = bits(width)
      if (value < bound) return value
    }
  }
  return { word, bits, below }
}
