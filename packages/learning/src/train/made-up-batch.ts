// Data from a seed in the form that a graph takes, for self-tests and benchmarks.
import type { TensorPlan, TrainingGraph } from '../compile/compile.ts'
import { countOf } from '../onnx/tensor.ts'
import type { BoundGraph } from './bound-graph.ts'

type Column = readonly number[]

/** One column of numbers for each input and the labels; all rows laid end to end. */
export interface Batch {
  readonly columns: readonly Column[]
  readonly mask: readonly number[]
  /** A batch of one example. */
  only(example: number): Batch
  /** With one example taken from another batch. */
  replacing(example: number, other: Batch): Batch
  masking(example: number): Batch
}

export function makeBatch(graph: TrainingGraph, seed: number): Batch {
  const next = sequence(seed)
  const inputs = graph.inputs.map(({ type, shape, below }) =>
    columnOf(shape, () => (type === 'float32' ? normal(next) : Math.floor(next() * (below ?? 2)))),
  )
  const { labels, output } = graph
  const classes = output.shape.at(-1)!
  const isClass = labels.type !== 'float32'
  const answers = columnOf(labels.shape, () => (isClass ? Math.floor(next() * classes) : next()))
  return batchOf(
    [...inputs, answers],
    Array.from({ length: graph.batchSize }, () => 1),
  )
}

export function setBatch(bound: BoundGraph, { columns, mask }: Batch): void {
  const { graph, inputs, labels } = bound
  for (const [at, plan] of graph.inputs.entries()) write(inputs[plan.name]!, plan, columns[at]!)
  write(labels, graph.labels, columns.at(-1)!)
  bound.mask.set(mask)
}

function write(target: ArrayLike<number | bigint>, { type }: TensorPlan, column: Column): void {
  if (type === 'int64') (target as BigInt64Array).set(column.map(BigInt))
  else (target as Float32Array).set(column)
}

function batchOf(columns: readonly Column[], mask: readonly number[]): Batch {
  const rowOf = (column: Column, example: number) => {
    const length = column.length / mask.length
    return column.slice(example * length, (example + 1) * length)
  }
  return {
    columns,
    mask,
    only: (example) =>
      batchOf(
        columns.map((column) => rowOf(column, example)),
        [mask[example]!],
      ),
    replacing: (example, other) =>
      batchOf(
        columns.map((column, at) => {
          const row = rowOf(other.columns[at]!, example)
          return column.toSpliced(example * row.length, row.length, ...row)
        }),
        mask,
      ),
    masking: (example) => batchOf(columns, mask.with(example, 0)),
  }
}

function columnOf(shape: readonly number[], make: () => number): Column {
  return Array.from({ length: countOf(shape) }, make)
}

function normal(next: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next())
}

/** A sequence of no cryptographic worth (SplitMix32). */
function sequence(seed: number): () => number {
  let state = Math.imul(seed, 0x9e3779b9) | 0
  return () => {
    state = (state + 0x9e3779b9) | 0
    let mixed = Math.imul(state ^ (state >>> 16), 0x21f0aaad)
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97)
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32
  }
}
