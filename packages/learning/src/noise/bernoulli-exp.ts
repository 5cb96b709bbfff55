// A coin that falls with the probability exp(-gamma), exactly. A random number is compared with the
// double nearest to exp(-gamma); only where the two are too close to tell does arithmetic of any
// length decide, on as many further bits as it takes. So the coin is exact and nearly always cheap.
import type { RandomWords } from './random-source.ts'
import type { Rational } from './rational.ts'

export interface Coin {
  /** Whether it fell. `gamma` is near the exact value, to a few last places. */
  flip(gamma: number, exactly: () => Rational): boolean
}

/** Bits drawn at first. */
const DRAWN = 48
const SCALE = 2 ** DRAWN

// The error of gamma (a few units of 2^-53 of itself, for gamma up to 40 where exp is over 2^-58)
// and that of Math.exp (under one unit in V8; tested below 2^-50) are together far below this
// share.
const DOUBT = 2 ** -40

/** `doubt` is widened in tests, so that the exact comparison is taken at every flip. */
export function exactCoin(words: RandomWords, doubt = DOUBT): Coin {
  return {
    flip(gamma, exactly) {
      const drawn = words.bits(DRAWN)
      const chance = Math.exp(-gamma) * SCALE
      if (drawn + 1 <= chance * (1 - doubt)) return true
      if (drawn >= chance * (1 + doubt) + doubt) return false
      return isBelow(drawn, exactly(), words)
    },
  }
}

/** Whether a uniform number that begins with the bits drawn is below exp(-gamma). */
function isBelow(drawn: number, gamma: Rational, words: RandomWords): boolean {
  let low = BigInt(drawn)
  for (let bits = DRAWN; ; bits += 32) {
    const [from, to] = expOfMinus(gamma, bits + 16)
    const scaledLow = low << 16n
    const scaledHigh = (low + 1n) << 16n
    if (scaledHigh <= from) return true
    if (scaledLow >= to) return false
    low = (low << 32n) | BigInt(words.word())
  }
}

/** Bounds on exp(-gamma) in units of 2^-bits. */
export function expOfMinus(gamma: Rational, bits: number): readonly [bigint, bigint] {
  // exp(-g) = exp(-g / 2^k)^(2^k), with k such that the series is short; each squaring doubles the
  // error, which the extra bits pay for.
  const { numerator, denominator } = gamma
  let halvings = 0n
  while (numerator > denominator << halvings) halvings += 1n
  const work = BigInt(bits) + 2n * halvings + 64n
  const one = 1n << work
  const x = (numerator << work) / (denominator << halvings)
  let term = one
  let sum = one
  let terms = 1n
  for (let i = 1n; term > 0n; i++) {
    term = (term * x) / (one * i)
    sum = i % 2n === 1n ? sum - term : sum + term
    terms = i
  }
  // x is cut by less than one unit, and so is each term.
  let low = sum - terms - 2n
  let high = sum + terms + 2n
  for (let k = 0n; k < halvings; k++) {
    low = (low * low) >> work
    high = ((high * high) >> work) + 1n
  }
  const drop = work - BigInt(bits)
  return [low >> drop, (high >> drop) + 1n]
}
