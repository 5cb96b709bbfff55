// Privacy of whole nodes (DP-FedAvg): every update is clipped to one norm, all weigh the same, the
// sum gets exact discrete noise and is divided by the number of nodes that was *expected*. Weights
// by examples would let one node move the sum by more than the noise is made for.
import { type Outcome, pass, refuse } from '@vcp/protocol'
import { discreteGaussian } from '../noise/discrete-gaussian.ts'
import type { RandomSource } from '../noise/random-source.ts'
import { type FixedPoint, truncatedToFixedPoint } from './fixed-point.ts'
import { clipped, type Row } from './vector.ts'

export interface NodePrivacy {
  readonly clipNorm: number
  readonly noiseMultiplier: number
  /** Nodes times the rate at which each is drawn. */
  readonly expectedNodes: number
  readonly fixedPoint: FixedPoint
}

export interface NoisySum {
  /** Adds one node's update. `weight` is here to be refused: only 1 is private. */
  add(update: Row, weight?: number): Outcome<null>
  /** The noisy mean. With no update at all it is noise alone: that nobody was drawn is private too.
   *  */
  finish(source: RandomSource): Row
}

export function noisySum(length: number, how: NodePrivacy): NoisySum {
  const scale = 2 ** how.fixedPoint.fractionBits
  const sum = new Float64Array(length)
  return {
    add(update, weight = 1) {
      if (weight !== 1) {
        const reason = 'the noise is made for equal weights: one node could move the sum by more'
        return refuse('INVALID', reason)
      }
      if (update.length !== length) return refuse('INVALID', `${update.length} numbers came`)
      if (!update.every(Number.isFinite)) return refuse('INVALID', 'a number that is not finite')
      const units = truncatedToFixedPoint(clipped(update, how.clipNorm), how.fixedPoint)
      for (let i = 0; i < length; i++) sum[i]! += units[i]!
      return pass(null)
    },
    finish(source) {
      const next = discreteGaussian(how.noiseMultiplier * how.clipNorm * scale, source)
      return sum.map((units) => (units + next()) / scale / how.expectedNodes)
    },
  }
}
