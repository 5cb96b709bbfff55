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
import { type ParameterLayout, weightsOf, withWeights } from '../train/parameter-layout.ts'
import { decodeUpdate, valuesOf } from '../update/update-codec.ts'
import { type Anomaly, anomalies, gateFaults, type QualityGates } from './anomaly.ts'
import { type CombiningRule, combination, isComparing } from './combine-updates.ts'
import { readMoments, writeMoments } from './moments-file.ts'
import type { AggregationPlan } from './plan-aggregation.ts'
import { applyUpdate, optimiserState, type ServerStep } from './server-optimiser.ts'
import { clipped, type Row } from './vector.ts'

export interface AggregationSpec {
  readonly rule: CombiningRule
  readonly step: ServerStep
  /** The combined change is multiplied by it, where the step has no rate of its own. */
  readonly learningRate: number
  /** Updates are shortened to this norm; null: as they came. */
  readonly clipNorm: number | null
  readonly gates: QualityGates | null
  /** Fewer than these make no model. */
  readonly updatesMin: number
  /** How many updates will come. */
  readonly updates: number
  /** What they may take together. */
  readonly bytesMax: number
}

/** What was found of one update. Null where it was not measured. */
export interface MeasuredUpdate {
  readonly leftOut: string | null
  readonly loss: number | null
  readonly accuracy: number | null
  readonly cosine: number | null
  readonly normRatio: number | null
}

export interface Aggregated {
  readonly model: Uint8Array
  readonly moments: Uint8Array | null
  readonly loss: number | null
  readonly accuracy: number | null
  /** In the order in which they came. */
  readonly updates: readonly MeasuredUpdate[]
}

export interface AggregationParts {
  readonly model: ModelProto
  readonly plan: AggregationPlan
  readonly heldOut: Dataset | null
  readonly moments: Uint8Array | null
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
  const { model, plan, open, heldOut } = parts
  const start = weightsOf(model, plan.layout)
  const kept = keepsRows(spec, start.length)
  if (!kept.ok) return kept
  const weights = start.slice()
  const bound = heldOut === null ? null : await bindGraph(plan.graph, plan.layout, weights, open)
  try {
    const look = async (change: Row | null): Promise<Evaluation | null> => {
      if (bound === null) return null
      for (let i = 0; i < weights.length; i++) weights[i] = start[i]! + (change?.[i] ?? 0)
      return evaluate(bound, heldOut!)
    }
    const taken = await takeUpdates(spec, parts, start.length, { isKept: kept.value, look })
    if (!taken.ok) return taken
    const { change, updates } = taken.value
    const stepped = step(spec, parts.moments, start, change)
    if (!stepped.ok) return stepped
    const next = withWeights(model, plan.layout, stepped.value.weights)
    if (!next.ok) return next
    const seen = await look(differenceOf(stepped.value.weights, start))
    const { moments } = stepped.value
    const { loss = null, accuracy = null } = seen ?? {}
    return pass({ model: encodeModel(next.value), moments, loss, accuracy, updates })
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

interface Looking {
  readonly isKept: boolean
  look(change: Row): Promise<Evaluation | null>
}

interface Taken {
  readonly change: Row
  readonly updates: readonly MeasuredUpdate[]
}

async function takeUpdates(
  spec: AggregationSpec,
  { plan, updates, source }: AggregationParts,
  length: number,
  { isKept, look }: Looking,
): Promise<Outcome<Taken>> {
  const measured: MeasuredUpdate[] = []
  const rows: (Row | null)[] = []
  const sum = combination(spec.rule, length)
  let counted = 0
  for await (const bytes of updates) {
    const row = rowFrom(bytes, plan.layout, spec.clipNorm)
    if (isKept) rows.push(row.ok ? row.value : null)
    if (!row.ok) {
      measured.push({ ...unmeasured, leftOut: row.reason.slice(0, 200) })
      continue
    }
    const isSecret = spec.rule.kind === 'noisy-mean'
    const { loss = null, accuracy = null } = (isSecret ? null : await look(row.value)) ?? {}
    const added: Outcome<null> = isKept ? pass(null) : sum.add(row.value)
    if (added.ok && !isKept) counted += 1
    const leftOut = added.ok ? null : added.reason.slice(0, 200)
    measured.push({ ...unmeasured, loss, accuracy, leftOut })
  }
  const judged = isKept ? judge(rows, measured, spec.gates) : measured
  for (const [at, row] of rows.entries()) {
    if (row === null || judged[at]!.leftOut !== null) continue
    const added = sum.add(row)
    if (added.ok) counted += 1
    else judged[at] = { ...judged[at]!, leftOut: added.reason.slice(0, 200) }
  }
  const isNoisy = spec.rule.kind === 'noisy-mean'
  if (counted < spec.updatesMin && !isNoisy) return tooFew(spec.updatesMin, judged)
  const change = sum.finish(source)
  return change.ok ? pass({ change: change.value, updates: judged }) : change
}

const unmeasured = { leftOut: null, loss: null, accuracy: null, cosine: null, normRatio: null }

function rowFrom(
  bytes: Uint8Array,
  layout: ParameterLayout,
  clipNorm: number | null,
): Outcome<Row> {
  const update = decodeUpdate(bytes, layout)
  if (!update.ok) return update
  const row = valuesOf(update.value)
  return pass(clipNorm === null ? row : clipped(row, clipNorm))
}

/** Scores of all updates that could be read, and who is left out by the gates. */
function judge(
  rows: readonly (Row | null)[],
  measured: readonly MeasuredUpdate[],
  gates: QualityGates | null,
): MeasuredUpdate[] {
  const scores = anomalies(rows.filter((row) => row !== null))
  let next = 0
  return measured.map((each, at) => {
    if (rows[at] === null) return each
    const anomaly = scores[next]!
    next += 1
    const faults = gates === null ? [] : gateFaults({ ...each, anomaly }, gates)
    const leftOut = faults.length === 0 ? null : faults.join(', ')
    return { ...each, leftOut, ...scoreOf(anomaly) }
  })
}

function scoreOf({ cosine, normRatio }: Anomaly) {
  // Against updates of nothing any length is infinite, and has no ratio.
  return { cosine, normRatio: Number.isFinite(normRatio) ? normRatio : null }
}

function tooFew(least: number, measured: readonly MeasuredUpdate[]) {
  const reasons = new Set(measured.flatMap(({ leftOut }) => leftOut ?? []))
  const counted = measured.filter(({ leftOut }) => leftOut === null).length
  const why = reasons.size === 0 ? '' : `: ${[...reasons].join('; ')}`
  return refuse(
    'INVALID',
    `${counted} of ${measured.length} updates count, ${least} are needed${why}`.slice(0, 500),
  )
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
  const weights = Float64Array.from(start)
  const hasRate = 'learningRate' in how
  const scaled = hasRate || learningRate === 1 ? change : change.map((each) => each * learningRate)
  applyUpdate(how, read.value, weights, scaled)
  const rounded = Float32Array.from(weights)
  if (!rounded.every(Number.isFinite)) {
    return refuse('TRAINING_FAILED', 'the step leads to weights that are not finite')
  }
  return pass({ weights: rounded, moments: writeMoments(read.value) })
}

function differenceOf(weights: Float32Array, start: Float32Array): Row {
  const difference = new Float64Array(weights.length)
  for (let i = 0; i < weights.length; i++) difference[i] = weights[i]! - start[i]!
  return difference
}
