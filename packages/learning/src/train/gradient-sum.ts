// The gradients of one step, over as many runs of fixed size as its examples take. What is short
// of a run is masked; a batch is never cut, which would need another accountant.
import { type Outcome, pass, refuse } from '@vcp/protocol'
import type { Column, Dataset } from '../data/dataset.ts'
import type { BoundGraph } from './bound-graph.ts'

/** Doubles under privacy, where noise is put on a lattice finer than floats. */
export type SumArray = Float32Array | Float64Array

export interface GradientSum {
  /** Examples that counted: without those whose gradient is no number. */
  readonly count: number
  /** Of the examples that counted. Private. */
  readonly lossSum: number
}

/** Overwrites `sum`. Refuses when the weights themselves have left the numbers. */
export async function sumGradients(
  bound: BoundGraph,
  dataset: Dataset,
  examples: Int32Array,
  sum: SumArray,
): Promise<Outcome<GradientSum>> {
  const { batchSize } = bound.graph
  if (examples.length === 0) sum.fill(0)
  let [count, lossSum] = [0, 0]
  for (let start = 0; start < examples.length; start += batchSize) {
    const run = examples.subarray(start, start + batchSize)
    fillRows(bound, dataset, run)
    await bound.executor.run()
    if (badRows(bound).length > 0) {
      // Even masked, a row that is no number would poison the sum: 0 times NaN is NaN.
      for (const row of badRows(bound)) blankRow(bound, row)
      await bound.executor.run()
      if (badRows(bound).length > 0) return diverged()
    }
    for (const [row, isThere] of bound.mask.entries()) {
      if (isThere === 0) continue
      count += 1
      lossSum += bound.losses[row]!
    }
    if (!isAllFinite(bound.gradients)) return diverged()
    if (start === 0) sum.set(bound.gradients)
    else addTo(sum, bound.gradients)
  }
  return pass({ count, lossSum })
}

/** Puts examples into the rows of a run, and blanks in those that are left. */
function fillRows(bound: BoundGraph, dataset: Dataset, examples: Int32Array): void {
  for (const [name, target] of Object.entries(bound.inputs)) {
    copyRows(target, dataset.inputs[name]!, examples, bound.graph.batchSize)
  }
  copyRows(bound.labels, dataset.labels, examples, bound.graph.batchSize)
  bound.mask.fill(1, 0, examples.length)
  bound.mask.fill(0, examples.length)
}

/** As `fillRows`, of examples one after the other, which are copied at once. */
export function fillSpan(
  { graph, inputs, labels, mask }: BoundGraph,
  dataset: Dataset,
  start: number,
  count: number,
): void {
  const copy = (target: Rows, column: Column) => {
    const width = target.length / graph.batchSize
    const span = column.data.subarray(start * width, (start + count) * width)
    // Both have the type that the graph asks for: checked when the data was opened.
    ;(target as Float32Array).set(span as Float32Array)
    blank(target, count * width, target.length)
  }
  for (const [name, target] of Object.entries(inputs)) copy(target, dataset.inputs[name]!)
  copy(labels, dataset.labels)
  mask.fill(1, 0, count)
  mask.fill(0, count)
}

type Rows = Column['data']

function copyRows(target: Rows, column: Column, examples: Int32Array, rows: number): void {
  const width = target.length / rows
  for (const [row, example] of examples.entries()) {
    const from = column.data.subarray(example * width, (example + 1) * width)
    // Both have the type that the graph asks for: checked when the data was opened.
    ;(target as Float32Array).set(from as Float32Array, row * width)
  }
  blank(target, examples.length * width, target.length)
}

function blank(target: Rows, start: number, end: number): void {
  if (target instanceof BigInt64Array) target.fill(0n, start, end)
  else target.fill(0, start, end)
}

function blankRow(bound: BoundGraph, row: number): void {
  for (const target of [...Object.values(bound.inputs), bound.labels]) {
    const width = target.length / bound.graph.batchSize
    blank(target, row * width, (row + 1) * width)
  }
  bound.mask[row] = 0
}

/** Rows whose loss or gradient is no finite number, padding included. */
function badRows({ losses, norms, graph }: BoundGraph): number[] {
  return Array.from({ length: graph.batchSize }, (_, row) => row).filter(
    (row) => !Number.isFinite(losses[row]) || !Number.isFinite(norms[row] ?? 0),
  )
}

function addTo(sum: SumArray, gradients: Float32Array): void {
  for (let at = 0; at < sum.length; at++) sum[at]! += gradients[at]!
}

/** Four sums side by side: the additions of one would wait for each other. */
function isAllFinite(gradients: Float32Array): boolean {
  const end = gradients.length & ~3
  let [a, b, c, d] = [0, 0, 0, 0]
  for (let at = 0; at < end; at += 4) {
    a += gradients[at]! * 0
    b += gradients[at + 1]! * 0
    c += gradients[at + 2]! * 0
    d += gradients[at + 3]! * 0
  }
  for (let at = end; at < gradients.length; at++) a += gradients[at]! * 0
  return a + b + c + d === 0
}

function diverged(): Outcome<GradientSum> {
  return refuse(
    'TRAINING_FAILED',
    'the gradients are no finite numbers any more: lower the learning rate',
  )
}
