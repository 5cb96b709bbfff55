// How far an update is from the others. Scores are for people and for the gates; the robust rules
// do not rely on them.
import type { TaskSpec } from '@vcp/protocol'
import * as z from 'zod'
import {
  areFinite,
  byCoordinate,
  cosine,
  medianOfSorted,
  norm,
  product,
  type Row,
} from './vector.ts'

export interface Anomaly {
  /** With the median of all updates; near 1 where it points as the others do. */
  readonly cosine: number
  /** Its norm over the median norm. */
  readonly normRatio: number
  readonly isFinite: boolean
}

export function anomalies(rows: readonly Row[]): readonly Anomaly[] {
  const finite = rows.filter(areFinite)
  if (finite.length === 0) return rows.map(() => notFinite)
  const centre = byCoordinate(finite, medianOfSorted)
  const norms = Float64Array.from(finite, norm)
  const typical = medianOfSorted(norms.slice().sort())
  let next = 0
  return rows.map((row) => {
    if (!areFinite(row)) return notFinite
    const at = next++
    const length = norms[at]!
    return {
      cosine: cosine(row, centre),
      normRatio: typical === 0 ? (length === 0 ? 1 : Number.POSITIVE_INFINITY) : length / typical,
      isFinite: true,
    }
  })
}

/** Of each update the largest cosine with another, which for sybils is near 1. No gate asks for it:
 *  it is as much work as all the rest. Each pair is looked at once. */
export function nearestCosines(rows: readonly Row[]): Row {
  const norms = Float64Array.from(rows, norm)
  const nearest = new Float64Array(rows.length).fill(-1)
  for (let i = 0; i < rows.length; i++) {
    for (let j = 0; j < i; j++) {
      const lengths = norms[i]! * norms[j]!
      const each = lengths === 0 ? 0 : product(rows[i]!, rows[j]!) / lengths
      nearest[i] = Math.max(nearest[i]!, each)
      nearest[j] = Math.max(nearest[j]!, each)
    }
  }
  return nearest
}

const notFinite: Anomaly = { cosine: 0, normRatio: 0, isFinite: false }

/** The least that a task asks of an update. */
export type QualityGates = NonNullable<
  Extract<TaskSpec, { task_type: 'federated_learning' }>['inputs']['quality']
>

/** What the coordinator measured itself, never what a node claims. */
export interface Measured {
  readonly accuracy: number | null
  readonly loss: number | null
  readonly anomaly: Anomaly
}

export const GateFault = z.enum(['not_finite', 'accuracy_low', 'loss_high', 'cosine_low'])
export type GateFault = z.infer<typeof GateFault>

/** Why an update is not counted; nothing where it is. What was not measured is not held against it.
 *  */
export function gateFaults(measured: Measured, gates: QualityGates): readonly GateFault[] {
  const { accuracy, loss, anomaly } = measured
  if (!anomaly.isFinite) return ['not_finite']
  const faults: GateFault[] = []
  if (accuracy !== null && !(accuracy >= gates.accuracy_min)) faults.push('accuracy_low')
  if (loss !== null && !(loss <= gates.loss_max)) faults.push('loss_high')
  if (!(anomaly.cosine >= gates.cosine_min)) faults.push('cosine_low')
  return faults
}
