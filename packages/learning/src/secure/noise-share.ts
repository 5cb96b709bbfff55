// Noise that nobody adds alone: every node adds a little of it before the masks, and the sum has as
// much as the accountant was told (Kairouz, Liu, Steinke 2021). The server never sees less.
import { type Outcome, pass, refuse } from '@vcp/protocol'
import { discreteGaussian } from '../noise/discrete-gaussian.ts'
import type { RandomSource } from '../noise/random-source.ts'

export interface NoiseShare {
  /** Of the sum, in units: what the accountant was told. */
  readonly sigma: number
  /** Nodes whose noise is certain to be in the sum: those that have to stay, less those that may
   *  lie about having added any. */
  readonly honestMin: number
}

/** A sum of discrete Gaussians is nearly one; this much may differ in all (their theorem 2.3). */
const GAP_MAX = 1e-12

/** The standard deviation of one node's part, in units. */
export function sigmaOfShare({ sigma, honestMin }: NoiseShare): Outcome<number> {
  if (!(sigma > 0) || !Number.isSafeInteger(honestMin) || honestMin < 1) {
    return refuse('INVALID', `no noise of ${sigma} units by ${honestMin} nodes`)
  }
  const share = sigma / Math.sqrt(honestMin)
  let gap = 0
  for (let k = 1; k < honestMin; k++) {
    gap += 10 * Math.exp((-2 * Math.PI ** 2 * share * share * k) / (k + 1))
  }
  if (gap <= GAP_MAX) return pass(share)
  return refuse('INVALID', `${share} units a node are too coarse; use a finer fixed point`)
}

/** Adds one node's part, in place. Refuses where a number would leave what the sum has room for. */
export function addNoiseShare(
  units: Int32Array,
  how: NoiseShare,
  unitsMax: number,
  source: RandomSource,
): Outcome<null> {
  const sigma = sigmaOfShare(how)
  if (!sigma.ok) return sigma
  const next = discreteGaussian(sigma.value, source)
  for (let i = 0; i < units.length; i++) {
    const noisy = units[i]! + next()
    if (Math.abs(noisy) > unitsMax) {
      return refuse('TOO_LARGE', `noise carries a number past ±${unitsMax}; leave it more room`)
    }
    units[i] = noisy
  }
  return pass(null)
}
