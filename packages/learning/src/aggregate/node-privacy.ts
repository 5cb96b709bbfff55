// Privacy of whole nodes (DP-FedAvg): every update is clipped to one norm, all weigh the same, the
// sum gets exact discrete noise and is divided by the number of nodes that was *expected*. Weights
// by examples would let one node move the sum by more than the noise is made for.
import { type Outcome, pass, refuse } from '@vcp/protocol'
import { discreteGaussian, sigmaMax } from '../noise/discrete-gaussian.ts'
import type { RandomSource } from '../noise/random-source.ts'
import {
  type AdaptiveClipping,
  nextClipNorm,
  updateNoiseMultiplier,
} from '../privacy/adaptive-clipping.ts'
import { type FixedPoint, truncatedToFixedPoint } from './fixed-point.ts'
import { clipped, norm, type Row } from './vector.ts'

export interface NodePrivacy {
  readonly clipNorm: number
  /** What the whole release costs: sum, and count where the clip norm is adapted. */
  readonly noiseMultiplier: number
  /** Nodes times the rate at which each is drawn. */
  readonly expectedNodes: number
  readonly fixedPoint: FixedPoint
  /** Null where the clip norm stays. */
  readonly adaptive: AdaptiveClipping | null
}

export interface NoisySum {
  /** Adds one node's update. `weight` is here to be refused: only 1 is private. */
  add(update: Row, weight?: number): Outcome<null>
  /** With no update at all it is noise alone: that nobody was drawn is private too. */
  finish(source: RandomSource): NoisyMean
}

export interface NoisyMean {
  readonly mean: Row
  /** Null where the clip norm stays. */
  readonly clipNormNext: number | null
}

export function noisySum(length: number, how: NodePrivacy): NoisySum {
  const { clipNorm, expectedNodes, adaptive } = how
  const scale = 2 ** how.fixedPoint.fractionBits
  const sum = new Float64Array(length)
  /** Updates within the norm, less those that are not. */
  let balance = 0
  return {
    add(update, weight = 1) {
      if (weight !== 1) {
        const reason = 'the noise is made for equal weights: one node could move the sum by more'
        return refuse('INVALID', reason)
      }
      if (update.length !== length) return refuse('INVALID', `${update.length} numbers came`)
      if (!update.every(Number.isFinite)) return refuse('INVALID', 'a number that is not finite')
      const units = truncatedToFixedPoint(clipped(update, clipNorm), how.fixedPoint)
      for (let i = 0; i < length; i++) sum[i]! += units[i]!
      balance += norm(update) <= clipNorm ? 1 : -1
      return pass(null)
    },
    finish(source) {
      const noise = updateNoise(how)
      const next = discreteGaussian(noise * clipNorm * scale, source)
      const mean = sum.map((units) => (units + next()) / scale / expectedNodes)
      const clipNormNext =
        adaptive === null ? null : adapted(how, adaptive, balance, noise * scale, source)
      return { mean, clipNormNext }
    },
  }
}

/** What is left for the sum when the count is paid for. */
function updateNoise({ noiseMultiplier, adaptive }: NodePrivacy): number {
  if (adaptive === null) return noiseMultiplier
  const left = updateNoiseMultiplier(noiseMultiplier, adaptive.countNoise)
  if (left === null) throw new RangeError('the count costs more than the whole release may')
  return left
}

const clipNormMin = 1e-6

/** One node moves the balance by 1, as it would the count by a half. */
function adapted(
  { clipNorm, expectedNodes }: NodePrivacy,
  adaptive: AdaptiveClipping,
  balance: number,
  sigmaPerNorm: number,
  source: RandomSource,
): number {
  const noisy = balance + discreteGaussian(2 * adaptive.countNoise, source)()
  const next = nextClipNorm(clipNorm, 0.5 + noisy / 2 / expectedNodes, adaptive)
  // Beyond it noise could not be drawn exactly.
  return Math.min(Math.max(next, clipNormMin), sigmaMax / sigmaPerNorm)
}
