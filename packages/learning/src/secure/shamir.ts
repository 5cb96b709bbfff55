// Shamir's secret sharing, byte by byte over GF(2^8): a secret of any length, up to 255 shares, and
// fewer shares than the threshold say nothing at all.
import type { RandomSource } from '../noise/random-source.ts'

export const sharesMax = 255

export interface Share {
  /** Where the polynomial was evaluated, 1 to 255. */
  readonly at: number
  readonly bytes: Uint8Array
}

/** One share for each of 1 to `count`; any `threshold` of them give the secret back. */
export function split(
  secret: Uint8Array,
  count: number,
  threshold: number,
  random: RandomSource,
): readonly Share[] {
  if (threshold < 1 || threshold > count || count > sharesMax) {
    throw new RangeError(`no ${threshold} of ${count} shares`)
  }
  const coefficients = new Uint8Array((threshold - 1) * secret.length)
  random.fill(coefficients)
  return Array.from({ length: count }, (_, i) => {
    const at = i + 1
    const bytes = new Uint8Array(secret.length)
    for (let degree = threshold - 2; degree >= 0; degree--) {
      const from = degree * secret.length
      for (let byte = 0; byte < bytes.length; byte++) {
        bytes[byte] = multiply(bytes[byte]! ^ coefficients[from + byte]!, at)
      }
    }
    for (let byte = 0; byte < bytes.length; byte++) bytes[byte]! ^= secret[byte]!
    return { at, bytes }
  })
}

/** The secret, from as many shares as the threshold; from others, something else. */
export function combine(shares: readonly Share[]): Uint8Array {
  const secret = new Uint8Array(shares[0]?.bytes.length ?? 0)
  for (const share of shares) {
    let weight = 1
    for (const { at } of shares) {
      if (at !== share.at) weight = multiply(weight, divide(at, at ^ share.at))
    }
    for (let byte = 0; byte < secret.length; byte++) {
      secret[byte]! ^= multiply(weight, share.bytes[byte]!)
    }
  }
  return secret
}

// Powers and logarithms of the generator 3, modulo x^8 + x^4 + x^3 + x + 1.
const powers = new Uint8Array(510)
const logarithms = new Uint8Array(256)
for (let i = 0, value = 1; i < 255; i++) {
  powers[i] = value
  powers[i + 255] = value
  logarithms[value] = i
  const doubled = (value << 1) ^ (value >> 7 === 1 ? 0x11b : 0)
  value ^= doubled
}

function multiply(one: number, other: number): number {
  return one === 0 || other === 0 ? 0 : powers[logarithms[one]! + logarithms[other]!]!
}

function divide(one: number, by: number): number {
  return one === 0 ? 0 : powers[logarithms[one]! + 255 - logarithms[by]!]!
}
