// One round: from its model and the updates that came to the next model, with what the held-out set
// says of each. Updates are taken one after the other. All of them are kept only where something
// compares them, or where they are small.
import { type Outcome, pass, refuse } from '@vcp/protocol'
import type { Dataset } from '../data/dataset.ts'
import type { RandomSource } from '../noise/random-source.ts'
import type { ModelProto } from '../onnx/messages.ts'
import { encodeModel } from '../onnx/read-model.ts'
import { bindGraph } from '../train/bound-graph.ts'
import { type Evaluation, evaluate } from '../train/evaluate.ts'
import type { OpenExecutor } from '../train/executor.ts'
import { weightsOf, withWeights } from '../train/parameter-layout.ts'
import type { QualityGates } from './anomaly.ts'
import { type CombiningRule, isComparing } from './combine-updates.ts'
import type { MaskedMean } from './masked-mean.ts'
import { readMoments, writeMoments } from './moments-file.ts'
import type { AggregationPlan } from './plan-aggregation.ts'
import { applyUpdate, optimiserState, type ServerStep } from './server-optimiser.ts'
import { type MeasuredUpdate, takeMasked, takeUpdates } from './take-updates.ts'
import { areFinite, type Row, times } from './vector.ts'

export interface AggregationSpec {
  readonly rule: CombiningRule
  readonly step: ServerStep
  /** The combined change is multiplied by it, where the step has no rate of its own. */
  readonly learningRate: number
  /** Updates are shortened to this norm; null: as they came. */
  readonly clipNorm: number | null
  readonly gates: QualityGates | null
  /** What each update is multiplied by, at most 1, in the order of their coming; null: 1 each. */
  readonly weights: readonly number[] | null
  /** Fewer than these make no model. */
  readonly updatesMin: number
  /** How many updates will come. */
  readonly updates: number
  /** What they may take together. */
  readonly bytesMax: number
  /** Where updates are words under masks, which only a mean can be made of. */
  readonly masked?: MaskedMean
}

export interface Aggregated {
  readonly model: Uint8Array
  readonly moments: Uint8Array | null
  readonly loss: number | null
  readonly accuracy: number | null
  /** Where the clip norm is adapted: that of the next round. */
  readonly clipNormNext: number | null
  /** In the order in which they came. */
  readonly updates: readonly MeasuredUpdate[]
}

export interface AggregationParts {
  readonly model: ModelProto
  readonly plan: AggregationPlan
  readonly heldOut: Dataset | null
  readonly moments: Uint8Array | null
  /** Each is to be read before the next is asked for: its bytes may be written over then. */
  readonly updates: AsyncIterable<Uint8Array>
  /** For noise. Its key is as secret as the updates are. */
  readonly source: RandomSource
  readonly open: OpenExecutor
}

/** Updates of this many bytes together are kept for the sake of their scores alone. */
const keptBytesMax = 2 ** 28

export async function aggregateRound(
  spec: AggregationSpec,
  parts: AggregationParts,
): Promise<Outcome<Aggregated>> {
  const { model: before, plan, open, heldOut } = parts
  const start = weightsOf(before, plan.layout)
  const kept = keepsRows(spec, start.length)
  if (!kept.ok) return kept
  const weights = heldOut === null ? start : start.slice()
  const bound = heldOut === null ? null : await bindGraph(plan.graph, plan.layout, weights, open)
  try {
    const look =
      bound === null
        ? null
        : (change: Row): Promise<Evaluation> => {
            for (let i = 0; i < weights.length; i++) weights[i] = start[i]! + change[i]!
            return evaluate(bound, heldOut!)
          }
    const taken =
      spec.masked === undefined
        ? await takeUpdates(spec, parts, start.length, { isKept: kept.value, look })
        : await takeMasked(spec.masked, parts)
    if (!taken.ok) return taken
    const { change, clipNormNext, updates } = taken.value
    const stepped = step(spec, parts.moments, start, change)
    if (!stepped.ok) return stepped
    const next = withWeights(before, plan.layout, stepped.value.weights)
    if (!next.ok) return next
    const seen = await look?.(differenceOf(stepped.value.weights, start))
    const { moments } = stepped.value
    const { loss = null, accuracy = null } = seen ?? {}
    const model = encodeModel(next.value)
    return pass({ model, moments, loss, accuracy, clipNormNext, updates })
  } finally {
    await bound?.close()
  }
}

/** Whether all updates are held at once. Refuses where they would have to be and cannot. */
function keepsRows(spec: AggregationSpec, length: number): Outcome<boolean> {
  const bytes = 8 * length * spec.updates
  const isNeeded = isComparing(spec.rule) || spec.gates !== null
  if (isNeeded && bytes > spec.bytesMax) {
    const reason = `${spec.updates} updates of ${length} numbers take ${bytes} bytes to compare`
    return refuse('TOO_LARGE', `${reason}; ${spec.bytesMax} are the most`)
  }
  // Scores of single updates are a release that no noise covers.
  if (spec.rule.kind === 'noisy-mean') return pass(false)
  return pass(isNeeded || bytes <= Math.min(keptBytesMax, spec.bytesMax))
}

interface Stepped {
  readonly weights: Float32Array
  readonly moments: Uint8Array | null
}

function step(
  { step: how, learningRate }: AggregationSpec,
  moments: Uint8Array | null,
  start: Float32Array,
  change: Row,
): Outcome<Stepped> {
  const fresh = optimiserState(how, start.length)
  const read = moments === null ? pass(fresh) : readMoments(moments, fresh)
  if (!read.ok) return read
  const weights = new Float64Array(start)
  const hasRate = 'learningRate' in how
  const scaled = hasRate || learningRate === 1 ? change : times(change, learningRate)
  applyUpdate(how, read.value, weights, scaled)
  const rounded = new Float32Array(weights)
  if (!areFinite(rounded)) {
    return refuse('TRAINING_FAILED', 'the step leads to weights that are not finite')
  }
  return pass({ weights: rounded, moments: writeMoments(read.value) })
}

function differenceOf(weights: Float32Array, start: Float32Array): Row {
  const difference = new Float64Array(weights.length)
  for (let i = 0; i < weights.length; i++) difference[i] = weights[i]! - start[i]!
  return difference
}
