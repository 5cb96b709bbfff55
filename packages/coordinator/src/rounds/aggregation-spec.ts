// What a task asks for, as the rule and the step that put its updates together.
import type { AggregationSpec, CombiningRule, LossName, ServerStep } from '@vcp/learning'
import type { FederatedLearning } from '@vcp/protocol'

export type TrainingInputs = FederatedLearning['inputs']

export const lossNames: Readonly<Record<TrainingInputs['loss'], LossName>> = {
  softmax_cross_entropy: 'softmax-cross-entropy',
  binary_cross_entropy: 'binary-cross-entropy',
  mse: 'mean-squared-error',
  l1: 'l1',
  huber: 'huber',
}

/** What the updates of one round may take in memory together, where they are compared. */
export const comparedBytesMax = 2 ** 30

export interface RoundSize {
  readonly updates: number
  /** Whom the order to train went to; a noisy sum is divided by this, whoever has answered. */
  readonly participants: number
}

export function aggregationSpec(inputs: TrainingInputs, size: RoundSize): AggregationSpec {
  const { server, quality, updates_min: updatesMin } = inputs
  return {
    rule: ruleOf(inputs, size),
    step: stepOf(inputs),
    learningRate: server.learning_rate,
    clipNorm: server.clip_norm,
    gates: quality,
    updatesMin,
    updates: size.updates,
    bytesMax: comparedBytesMax,
  }
}

/** Sixteen million steps to one: finer than any weight, and the same as that of updates. */
export const fixedPoint = { fractionBits: 24 } as const

function ruleOf(inputs: TrainingInputs, { participants }: RoundSize): CombiningRule {
  const { strategy, server, privacy } = inputs
  const { byzantine_max: bad, trim: share } = server
  if (privacy?.unit === 'node') {
    const { clip_norm: clipNorm, noise_multiplier: noiseMultiplier } = privacy
    const noise = { clipNorm, noiseMultiplier, expectedNodes: participants, fixedPoint }
    return { kind: 'noisy-mean', privacy: noise }
  }
  switch (strategy) {
    case 'median':
      return { kind: 'median' }
    case 'trimmed_mean':
      return { kind: 'trimmed-mean', share }
    case 'krum':
      return { kind: 'krum', bad }
    case 'multi_krum':
      return { kind: 'multi-krum', bad }
    case 'bulyan':
      return { kind: 'bulyan', bad }
    case 'geometric_median':
      return { kind: 'geometric-median' }
    default:
      return { kind: 'mean' }
  }
}

function stepOf({ strategy, server }: TrainingInputs): ServerStep {
  const { learning_rate: learningRate, momentum, beta1, beta2, tau } = server
  switch (strategy) {
    case 'fedavgm':
      return { kind: strategy, learningRate, momentum }
    case 'fedadagrad':
    case 'fedadam':
    case 'fedyogi':
      return { kind: strategy, learningRate, beta1, beta2, tau }
    case 'fedprox':
      return { kind: strategy }
    default:
      return { kind: 'fedavg' }
  }
}
