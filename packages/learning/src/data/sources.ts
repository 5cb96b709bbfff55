// What an operator writes down about a data set, one form for each format.
import * as z from 'zod'

const Path = z.string().min(1)
const Sizes = z.array(z.int().min(1)).max(8)

/** (value - mean) / deviation, for all elements alike. */
const Scaling = z.strictObject({ mean: z.number(), deviation: z.number().positive() })

const Fields = z.strictObject({
  /** Columns or keys, in the order of the tensor. */
  fields: z.array(z.string().min(1)).min(1),
  shape: Sizes.optional(),
  type: z.enum(['float32', 'int64']).default('float32'),
  scaling: Scaling.optional(),
})

const LabelField = z.strictObject({
  fields: z.array(z.string().min(1)).min(1),
  type: z.enum(['float32', 'int64']).default('int64'),
  /** Names of classes, in the order of their numbers; without them, labels are numbers. */
  classes: z.array(z.string()).min(1).optional(),
})

export const CsvSource = z.strictObject({
  format: z.literal('csv'),
  path: Path,
  delimiter: z.string().length(1).default(','),
  inputs: z.record(z.string(), Fields),
  labels: LabelField,
})

export const JsonLinesSource = z.strictObject({
  format: z.literal('jsonl'),
  path: Path,
  inputs: z.record(z.string(), Fields),
  labels: LabelField,
})

export const ParquetSource = z.strictObject({
  format: z.literal('parquet'),
  path: Path,
  inputs: z.record(z.string(), Fields),
  labels: LabelField,
})

export const NpySource = z.strictObject({
  format: z.literal('npy'),
  /** A file for each input, or one NPZ file with a name in it after a colon. */
  inputs: z.record(z.string(), z.strictObject({ path: Path, scaling: Scaling.optional() })),
  labels: z.strictObject({ path: Path }),
})

export const IdxSource = z.strictObject({
  format: z.literal('idx'),
  input: z.string().min(1),
  images: Path,
  labels: Path,
  scaling: Scaling.default({ mean: 0, deviation: 255 }),
})

export const ImageFolderSource = z.strictObject({
  format: z.literal('images'),
  input: z.string().min(1),
  /** Holds one folder for each class, in the order of their names. */
  path: Path,
  channels: z.union([z.literal(1), z.literal(3)]),
  width: z.int().min(1).max(4096),
  height: z.int().min(1).max(4096),
  scaling: Scaling.default({ mean: 0, deviation: 255 }),
})

export const DataSource = z.discriminatedUnion('format', [
  CsvSource,
  JsonLinesSource,
  ParquetSource,
  NpySource,
  IdxSource,
  ImageFolderSource,
])
export type DataSource = z.infer<typeof DataSource>
export type DataFormat = DataSource['format']
export type SourceOf<F extends DataFormat> = Extract<DataSource, { format: F }>
export type Scaling = z.infer<typeof Scaling>
export type Fields = z.infer<typeof Fields>
export type LabelField = z.infer<typeof LabelField>

export function scaled(value: number, scaling: Scaling | undefined): number {
  return scaling === undefined ? value : (value - scaling.mean) / scaling.deviation
}
