// Data in memory, in the form that a graph takes. Poisson sampling picks any example at any step,
// so the rows have to be at hand; files are read as streams, and only rows are kept.
import { type Outcome, pass, refuse } from '@vcp/protocol'
import type { TrainingGraph } from '../compile/compile.ts'
import { countOf, type Elements, type ElementType, type Shape } from '../onnx/tensor.ts'

/** One tensor for each example; `shape` is of one. */
export interface Column<T extends ElementType = ElementType> {
  readonly type: T
  readonly shape: Shape
  readonly data: Elements[T]
}

export interface Dataset {
  readonly count: number
  /** By name of the model's input. */
  readonly inputs: Readonly<Record<string, Column>>
  readonly labels: Column
}

/** What a graph asks of its data. */
export type DataForm = Pick<TrainingGraph, 'inputs' | 'labels' | 'output'>

/** Whether the data fits the graph: names, types, shapes, ranges, nothing that is not a number. */
export function checkDataset(dataset: Dataset, form: DataForm): Outcome<Dataset> {
  const { count, inputs, labels } = dataset
  if (count < 1) return invalid('there are no examples')
  for (const plan of form.inputs) {
    const column = inputs[plan.name]
    if (column === undefined) return invalid(`the model's input '${plan.name}' has no data`)
    const problem = problemOf(`input '${plan.name}'`, column, plan, count)
    if (problem !== null) return invalid(problem)
    const outside = plan.below === null ? -1 : firstOutside(column, -1, plan.below)
    if (outside >= 0) {
      const value = column.data[outside]
      return invalid(`input '${plan.name}' holds ${value}; its table has ${plan.below} rows`)
    }
  }
  const problem = problemOf('labels', labels, form.labels, count)
  if (problem !== null) return invalid(problem)
  const classes = form.output.shape.at(-1)!
  const wrong = form.labels.type === 'float32' ? -1 : firstOutside(labels, -2, classes)
  if (wrong < 0) return pass(dataset)
  return invalid(`label ${labels.data[wrong]} of row ${rowOf(labels, wrong)}: ${classes} classes`)
}

function problemOf(
  what: string,
  column: Column,
  plan: { readonly type: ElementType; readonly shape: Shape },
  count: number,
): string | null {
  const wanted = plan.shape.slice(1)
  if (column.type !== plan.type) return `${what} is ${column.type}, the model takes ${plan.type}`
  // A column of numbers may be given for a tensor of one number, and the other way round.
  if (countOf(column.shape) !== countOf(wanted)) {
    return `${what} has shape [${column.shape.join()}] by row, the model takes [${wanted.join()}]`
  }
  if (column.data.length !== count * countOf(wanted)) return `${what} has too few or too many rows`
  if (!(column.data instanceof Float32Array)) return null
  const at = column.data.findIndex((value) => !Number.isFinite(value))
  return at < 0 ? null : `${what} is not a finite number in row ${rowOf(column, at)}`
}

/** The first element that is not between the bounds, both outside, or -1. */
function firstOutside({ data }: Column, low: number, high: number): number {
  const values = data as ArrayLike<number | bigint>
  for (let at = 0; at < values.length; at++) {
    if (!(values[at]! > low && values[at]! < high)) return at
  }
  return -1
}

/** Counted from 1, as people count. */
function rowOf({ shape }: Column, at: number): number {
  return Math.floor(at / countOf(shape)) + 1
}

function invalid(reason: string): Outcome<Dataset> {
  return refuse('DATASET_INVALID', reason)
}
