// The updates of a round, one after the other: each is read, clipped, looked at, and added. They
// are kept only where something compares them, or where they are small.
import { type Outcome, pass, refuse } from '@vcp/protocol'
import type { Evaluation } from '../train/evaluate.ts'
import type { ParameterLayout } from '../train/parameter-layout.ts'
import { decodeUpdate, unitsOf, valuesOf } from '../update/update-codec.ts'
import type { AggregationParts, AggregationSpec } from './aggregate-round.ts'
import { type Anomaly, anomalies, gateFaults, type QualityGates } from './anomaly.ts'
import { type Combined, type Combining, combination } from './combine-updates.ts'
import { defaultFixedPoint } from './fixed-point.ts'
import { type MaskedMean, maskedMean } from './masked-mean.ts'
import { clipped, type Row, times } from './vector.ts'

/** What was found of one update. Null where it was not measured. */
export interface MeasuredUpdate {
  readonly leftOut: string | null
  readonly loss: number | null
  readonly accuracy: number | null
  readonly cosine: number | null
  readonly normRatio: number | null
}

export interface Taken extends Combined {
  readonly updates: readonly MeasuredUpdate[]
}

export interface Looking {
  readonly isKept: boolean
  /** At the model with one change alone; null where there is nothing to measure it on. */
  readonly look: ((change: Row) => Promise<Evaluation>) | null
}

const unmeasured = { leftOut: null, loss: null, accuracy: null, cosine: null, normRatio: null }

export async function takeUpdates(
  spec: AggregationSpec,
  { plan, updates, source }: AggregationParts,
  length: number,
  { isKept, look }: Looking,
): Promise<Outcome<Taken>> {
  const isSecret = spec.rule.kind === 'noisy-mean'
  const sum = combination(spec.rule, length)
  const isDirect = !isKept && look === null && spec.clipNorm === null && spec.weights === null
  const addUnits = isDirect ? sum.addUnits : null
  const measured: MeasuredUpdate[] = []
  const rows: (Row | null)[] = []
  for await (const bytes of updates) {
    if (addUnits !== null) {
      measured.push(verdictOn(addAsTheyAre(addUnits, bytes, plan.layout)))
      continue
    }
    const row = rowFrom(bytes, plan.layout, spec.clipNorm)
    if (isKept) rows.push(row.ok ? row.value : null)
    if (!row.ok) {
      measured.push(verdictOn(row))
      continue
    }
    const seen = isSecret ? null : await look?.(row.value)
    const { loss = null, accuracy = null } = seen ?? {}
    const added = isKept ? pass(null) : addWeighed(sum, row.value, spec, measured.length)
    measured.push({ ...verdictOn(added), loss, accuracy })
  }
  const judged = isKept ? judge(rows, measured, spec.gates) : measured
  for (const [at, row] of rows.entries()) {
    if (row === null || judged[at]!.leftOut !== null) continue
    const added = addWeighed(sum, row, spec, at)
    if (!added.ok) judged[at] = { ...judged[at]!, ...leftOutBy(added.reason) }
  }
  const counted = judged.filter(({ leftOut }) => leftOut === null).length
  if (counted < spec.updatesMin && !isSecret) return tooFew(spec.updatesMin, judged)
  const combined = sum.finish(source)
  return combined.ok ? pass({ ...combined.value, updates: judged }) : combined
}

/** Of the single ones nothing can be said. */
export async function takeMasked(
  masked: MaskedMean,
  { plan, updates }: AggregationParts,
): Promise<Outcome<Taken>> {
  const mean = await maskedMean(masked, updates, plan.layout)
  if (!mean.ok) return mean
  const { change, updates: count } = mean.value
  const measured = Array.from({ length: count }, () => unmeasured)
  return pass({ change, clipNormNext: null, updates: measured })
}

function verdictOn(taken: Outcome<unknown>): MeasuredUpdate {
  return taken.ok ? unmeasured : { ...unmeasured, ...leftOutBy(taken.reason) }
}

function leftOutBy(reason: string): Pick<MeasuredUpdate, 'leftOut'> {
  return { leftOut: reason.slice(0, 200) }
}

function addAsTheyAre(
  addUnits: NonNullable<Combining['addUnits']>,
  bytes: Uint8Array,
  layout: ParameterLayout,
): Outcome<null> {
  const update = decodeUpdate(bytes, layout)
  if (!update.ok) return update
  const units = unitsOf(update.value, defaultFixedPoint)
  return units.ok ? addUnits(units.value) : units
}

function addWeighed(sum: Combining, row: Row, { weights }: AggregationSpec, at: number) {
  const weight = weights?.[at] ?? 1
  return sum.add(weight === 1 ? row : times(row, weight))
}

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
