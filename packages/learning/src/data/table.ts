// Rows of named fields, as CSV, JSON lines and Parquet have them.
import { countOf } from '../onnx/tensor.ts'
import { ColumnBuilder, type Room } from './column-builder.ts'
import { badData } from './data-rejection.ts'
import type { Dataset } from './dataset.ts'
import { type Fields, type LabelField, scaled } from './sources.ts'

export interface TableSource {
  readonly path: string
  readonly inputs: Readonly<Record<string, Fields>>
  readonly labels: LabelField
}

/** What a field holds: numbers, or a text. `at` says where for people. */
export type FieldReader = (field: string) => readonly number[] | string

export interface TableBuilder {
  row(read: FieldReader, at: string): void
  finished(): Dataset
}

export function buildTable(source: TableSource, room: Room): TableBuilder {
  const inputs = Object.entries(source.inputs).map(([name, fields]) => {
    const shape = fields.shape ?? [fields.fields.length]
    return { name, fields, shape, column: new ColumnBuilder(fields.type, shape, room) }
  })
  const { labels } = source
  const labelShape = labels.fields.length === 1 ? [] : [labels.fields.length]
  const answers = new ColumnBuilder(labels.type, labelShape, room)
  let count = 0
  return {
    row: (read, at) => {
      for (const { fields, shape, column } of inputs) {
        const values = fields.fields.flatMap((field) => numbersOf(read(field), field, at))
        if (values.length !== countOf(shape)) {
          badData(`${at} has ${values.length} numbers for a tensor of [${shape.join()}]`)
        }
        for (const value of values) {
          column.push(whole(scaled(value, fields.scaling), fields.type, at))
        }
      }
      for (const field of labels.fields) {
        const value = labelOf(read(field), labels.classes, field, at)
        answers.push(whole(value, labels.type, at))
      }
      count += 1
    },
    finished: () => ({
      count,
      inputs: Object.fromEntries(inputs.map(({ name, column }) => [name, column.column()])),
      labels: answers.column(),
    }),
  }
}

function numbersOf(
  value: readonly number[] | string,
  field: string,
  at: string,
): readonly number[] {
  if (typeof value !== 'string') return value
  const number = value.trim() === '' ? Number.NaN : Number(value)
  if (!Number.isFinite(number)) badData(`${at}: '${field}' is not a number`)
  return [number]
}

function labelOf(
  value: readonly number[] | string,
  classes: readonly string[] | undefined,
  field: string,
  at: string,
): number {
  if (classes === undefined) {
    const [label, ...more] = numbersOf(value, field, at)
    if (label === undefined || more.length > 0) badData(`${at}: '${field}' is not one number`)
    return label!
  }
  const found = classes.indexOf(String(value))
  return found >= 0 ? found : badData(`${at}: '${field}' is none of the classes of the schema`)
}

function whole(value: number, type: 'float32' | 'int64', at: string): number {
  if (type === 'int64' && !Number.isSafeInteger(value)) badData(`${at}: ${value} is not whole`)
  return value
}
