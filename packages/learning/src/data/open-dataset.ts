import { type Outcome, pass, refuse } from '@vcp/protocol'
import { Rejection } from '../onnx/rejection.ts'
import type { Room } from './column-builder.ts'
import { checkDataset, type DataForm, type Dataset } from './dataset.ts'
import { isFileError } from './file-error.ts'
import { readCsv } from './read-csv.ts'
import { readIdx } from './read-idx.ts'
import { readImageFolder } from './read-image-folder.ts'
import { readJsonLines } from './read-json-lines.ts'
import { readNpySource } from './read-npy.ts'
import { readParquet } from './read-parquet.ts'
import type { DataFormat, DataSource, SourceOf } from './sources.ts'

type Readers = { readonly [F in DataFormat]: (source: SourceOf<F>, room: Room) => Promise<Dataset> }

const readers: Readers = {
  csv: readCsv,
  jsonl: readJsonLines,
  parquet: readParquet,
  npy: readNpySource,
  idx: readIdx,
  images: readImageFolder,
}

/** Reads a data set and checks it against what a model takes. */
export async function openDataset(
  source: DataSource,
  form: DataForm,
  bytesMax: number,
): Promise<Outcome<Dataset>> {
  const read = await readDataset(source, bytesMax)
  return read.ok ? checkDataset(fittedTo(read.value, form), form) : read
}

/** Reads a data set as it is, for whoever has no model yet. */
export async function readDataset(source: DataSource, bytesMax: number): Promise<Outcome<Dataset>> {
  try {
    const read = readers[source.format] as (source: DataSource, room: Room) => Promise<Dataset>
    const dataset = await read(source, { bytesLeft: bytesMax })
    return dataset.count < 1 ? refuse('DATASET_INVALID', 'there are no examples') : pass(dataset)
  } catch (error) {
    if (error instanceof Rejection) return refuse(error.code, error.message)
    if (isFileError(error)) return refuse('INPUT_UNREADABLE', error.message)
    throw error
  }
}

/** One input there, one input here: what each calls it need not be the same. */
function fittedTo(dataset: Dataset, { inputs }: DataForm): Dataset {
  const [wanted, ...others] = inputs
  const given = Object.values(dataset.inputs)
  if (wanted === undefined || others.length > 0 || given.length !== 1) return dataset
  return { ...dataset, inputs: { [wanted.name]: given[0]! } }
}
