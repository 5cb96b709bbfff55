// What rounds cost where whole nodes are what is protected: each round releases one noisy sum over
// all who were asked, so nothing is gained by sampling. A round counts from the moment it is
// closed, which is in the log before anything of it is released.
import { type Budget, noiseMultiplierMin, rdpEpsilon } from '@vcp/learning'
import type { TrainingInputs } from './aggregation-spec.ts'

export interface NodeSpending {
  readonly epsilon: number
  readonly isWithin: boolean
}

/** Null where the unit is another, or none. */
export function nodeSpending(
  { privacy }: Pick<TrainingInputs, 'privacy'>,
  releases: number,
): NodeSpending | null {
  if (privacy?.unit !== 'node') return null
  const { noise_multiplier: noiseMultiplier } = privacy
  const budget: Budget = privacy.budget
  if (noiseMultiplier < noiseMultiplierMin) {
    return { epsilon: Number.POSITIVE_INFINITY, isWithin: false }
  }
  const phase = { samplingRate: 1, noiseMultiplier, steps: releases }
  const { epsilon } = rdpEpsilon([phase], budget.delta)
  return { epsilon, isWithin: epsilon <= budget.epsilon }
}
