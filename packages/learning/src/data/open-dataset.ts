import { type Outcome, refuse } from '@vcp/protocol'
import { Rejection } from '../onnx/rejection.ts'
import type { Room } from './column-builder.ts'
import { checkDataset, type DataForm, type Dataset } from './dataset.ts'
import { readCsv } from './read-csv.ts'
import { readIdx } from './read-idx.ts'
import { readImageFolder } from './read-image-folder.ts'
import { readJsonLines } from './read-json-lines.ts'
import { readNpySource } from './read-npy.ts'
import type { DataFormat, DataSource, SourceOf } from './sources.ts'

type Readers = { readonly [F in DataFormat]: (source: SourceOf<F>, room: Room) => Promise<Dataset> }

const readers: Readers = {
  csv: readCsv,
  jsonl: readJsonLines,
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
  try {
    const read = readers[source.format] as (source: DataSource, room: Room) => Promise<Dataset>
    return checkDataset(await read(source, { bytesLeft: bytesMax }), form)
  } catch (error) {
    if (error instanceof Rejection) return refuse(error.code, error.message)
    if (isFileError(error)) return refuse('INPUT_UNREADABLE', error.message)
    throw error
  }
}

/** Files that are not there, may not be read, or are not the gzip files they begin as. */
function isFileError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && typeof (error as NodeJS.ErrnoException).code === 'string'
}
