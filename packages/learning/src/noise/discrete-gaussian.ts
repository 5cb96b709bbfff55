// Whole-number noise with the probabilities of the discrete Gaussian, exactly (Canonne, Kamath,
// Steinke 2020): what is released is then private by the theorem, not up to the last bits of a
// floating-point logarithm (Mironov 2012 reads the data out of those).
import { exactCoin } from './bernoulli-exp.ts'
import { type RandomSource, randomWords } from './random-source.ts'
import { type Rational, rationalFrom } from './rational.ts'

/** The largest standard deviation for which every intermediate is exact in a double. */
export const sigmaMax = 2 ** 40

const AT_ONCE: Rational = { numerator: 1n, denominator: 1n }

/** A sampler of whole numbers x with probability proportional to exp(-x^2 / 2 sigma^2). `sigma` is
 *  the standard deviation, not the variance. `doubt` is for tests: see `exactCoin`. */
export function discreteGaussian(
  sigma: number,
  source: RandomSource,
  doubt?: number,
): () => number {
  if (!(sigma > 0 && sigma <= sigmaMax)) throw new RangeError(`no discrete Gaussian of ${sigma}`)
  const words = randomWords(source)
  const coin = exactCoin(words, doubt)
  const scale = Math.floor(sigma) + 1
  const variance = sigma * sigma
  const exact = rationalFrom(sigma)
  const numerator = exact.numerator * exact.numerator
  const denominator = exact.denominator * exact.denominator

  /** exp(-size / scale) by thirds of the paper's loop: a remainder, then whole units. */
  const laplaceSize = () => {
    for (;;) {
      const rest = words.below(scale)
      const isKept = coin.flip(rest / scale, () => ratio(rest, scale))
      if (!isKept) continue
      let whole = 0
      while (coin.flip(1, () => AT_ONCE)) whole += 1
      return rest + scale * whole
    }
  }
  /** (size - sigma^2 / scale)^2 / 2 sigma^2, over whole numbers. */
  const exponent = (size: number): Rational => {
    const distance = BigInt(size) * BigInt(scale) * denominator - numerator
    return {
      numerator: distance * distance,
      denominator: 2n * numerator * denominator * BigInt(scale) * BigInt(scale),
    }
  }
  return () => {
    for (;;) {
      const size = laplaceSize()
      const isNegative = words.bits(1) === 1
      // Zero is one number, not two.
      if (isNegative && size === 0) continue
      const distance = size - variance / scale
      const gamma = (distance * distance) / (2 * variance)
      if (coin.flip(gamma, () => exponent(size))) return isNegative ? -size : size
    }
  }
}

function ratio(numerator: number, denominator: number): Rational {
  return { numerator: BigInt(numerator), denominator: BigInt(denominator) }
}
