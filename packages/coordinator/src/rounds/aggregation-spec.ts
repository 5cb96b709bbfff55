// What a task asks for, as the rule and the step that put its updates together.
import {
  type AggregationSpec,
  adaptiveClipping,
  type CombiningRule,
  type LossName,
  type Mask,
  type MaskedMean,
  type NodePrivacy,
  type ServerStep,
  secureUnits,
  stalenessWeight,
} from '@vcp/learning'
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
  /** Where it is adapted. */
  readonly clipNorm: number | null
  /** Of each update, in their order: how many models there have been since its own. */
  readonly staleness: readonly number[]
}

/** `masks`: of a secure round, those that lie on the sum of its words. */
export function aggregationSpec(
  inputs: TrainingInputs,
  size: RoundSize,
  masks: readonly Mask[] | null = null,
): AggregationSpec {
  const { server, quality, updates_min: updatesMin } = inputs
  return {
    ...(masks === null ? {} : { masked: maskedOf(inputs, size, masks) }),
    rule: ruleOf(inputs, size),
    step: stepOf(inputs),
    learningRate: server.learning_rate,
    clipNorm: server.clip_norm,
    gates: quality,
    weights: weightsOf(inputs, size),
    // A buffer is full when it is closed; gates make it smaller.
    updatesMin: inputs.strategy === 'fedbuff' ? 1 : updatesMin,
    updates: size.updates,
    bytesMax: comparedBytesMax,
  }
}

/** The noise of nodes is theirs, and their sum is divided as a noisy one is. */
function maskedOf(
  { privacy }: TrainingInputs,
  { updates, participants }: RoundSize,
  masks: readonly Mask[],
): MaskedMean {
  const units = secureUnits(participants, privacy)
  // It was asked for when the task came.
  if (!units.ok) throw new RangeError(units.reason)
  const nodes = privacy?.unit === 'node' ? participants : updates
  return { kind: 'masked-mean', masks, fixedPoint: units.value.fixedPoint, nodes }
}

/** Sixteen million steps to one: finer than any weight, and the same as that of updates. */
export const fixedPoint = { fractionBits: 24 } as const

/** Null where all weigh the same, which is added up several times as fast. */
function weightsOf({ strategy }: TrainingInputs, { staleness }: RoundSize) {
  const areFresh = staleness.every((each) => each === 0)
  return strategy !== 'fedbuff' || areFresh ? null : staleness.map(stalenessWeight)
}

function ruleOf(inputs: TrainingInputs, size: RoundSize): CombiningRule {
  const { strategy, server, privacy } = inputs
  const { byzantine_max: bad, trim: share } = server
  if (privacy?.unit === 'node') {
    return { kind: 'noisy-mean', privacy: noiseOf(inputs, privacy, size) }
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

function noiseOf(
  { adaptive_clipping: isAdaptive }: TrainingInputs,
  { clip_norm, noise_multiplier: noiseMultiplier }: NonNullable<TrainingInputs['privacy']>,
  { participants: expectedNodes, clipNorm }: RoundSize,
): NodePrivacy {
  return {
    clipNorm: clipNorm ?? clip_norm,
    noiseMultiplier,
    expectedNodes,
    fixedPoint,
    adaptive: isAdaptive ? adaptiveClipping(expectedNodes, noiseMultiplier) : null,
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
