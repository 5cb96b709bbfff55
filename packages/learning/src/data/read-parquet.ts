// Parquet files are decoded in a child process whose memory and time are bounded: a few bytes of
// one may stand for more values than a machine has room for, or for years of counting. A thread
// would not do: V8 ends the whole process where one array outgrows the heap.
import { type ChildProcess, fork } from 'node:child_process'
import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { ErrorCode } from '@vcp/protocol'
import { Rejection } from '../onnx/rejection.ts'
import type { Room } from './column-builder.ts'
import { badData } from './data-rejection.ts'
import type { Dataset } from './dataset.ts'
import type { ParquetQuestion, ParquetReport } from './parquet-messages.ts'
import type { SourceOf } from './sources.ts'
import { buildTable } from './table.ts'

const here = extname(import.meta.url)
const program = fileURLToPath(new URL(`./parquet-child${here}`, import.meta.url))

/** What a child may take. */
export interface ParquetBounds {
  /** A group of a million rows and thirty columns takes a quarter of the default. */
  readonly heapMb: number
  /** Between two reports. A group of rows takes a second or two on a machine with nothing else. */
  readonly patienceMs: number
}

const usual: ParquetBounds = { heapMb: 1_024, patienceMs: 120_000 }

export async function readParquet(
  source: SourceOf<'parquet'>,
  room: Room,
  bounds = usual,
): Promise<Dataset> {
  const { path, inputs, labels } = source
  const table = buildTable(source, room)
  const fields = [...Object.values(inputs).flatMap((each) => each.fields), ...labels.fields]
  let done = 0
  await ask({ path, columns: [...new Set(fields)] }, bounds, (report) => {
    if (report.type !== 'rows') return
    for (let row = 0; row < report.count; row++) {
      done += 1
      const at = `${path}, row ${done}`
      table.row((field) => numbersIn(report.rows[field]![row], field, at), at)
    }
  })
  return table.finished()
}

export async function parquetColumnsAt(path: string): Promise<readonly string[]> {
  let columns: readonly string[] = []
  await ask({ path, columns: null }, usual, (report) => {
    if (report.type === 'columns') columns = report.columns
  })
  return columns
}

function numbersIn(value: unknown, field: string, at: string): readonly number[] | string {
  if (typeof value === 'number') return [value]
  if (typeof value === 'string') return value
  if (typeof value === 'bigint' || typeof value === 'boolean') return [Number(value)]
  if (value === null || value === undefined) return badData(`${at}: '${field}' has no value`)
  if (!Array.isArray(value)) return badData(`${at}: '${field}' is not a number`)
  return value.flatMap((item) => {
    if (typeof item === 'string') return badData(`${at}: '${field}' holds a text in a list`)
    return numbersIn(item, field, at) as readonly number[]
  })
}

/** Resolves when all is told; what `take` throws ends the child. */
async function ask(
  question: ParquetQuestion,
  { heapMb, patienceMs }: ParquetBounds,
  take: (report: ParquetReport) => void,
): Promise<void> {
  const child = startDecoder(heapMb)
  const end = Promise.withResolvers<void>()
  const refuse = (code: ErrorCode, reason: string) => end.reject(new Rejection(code, reason))
  const tooLong = () => {
    refuse('DATASET_INVALID', `${question.path} takes too long to be decoded: is it damaged?`)
  }
  let timer = setTimeout(tooLong, patienceMs)
  child.once('error', end.reject)
  child.once('close', () => {
    refuse('TOO_LARGE', `${question.path} takes over ${heapMb} MB: write smaller groups of rows`)
  })
  child.on('message', (report: ParquetReport) => {
    clearTimeout(timer)
    timer = setTimeout(tooLong, patienceMs)
    try {
      if (report.type === 'ready') child.send(question)
      else if (report.type === 'refused') refuse(report.code, report.reason)
      else take(report)
      if (report.type === 'done' || report.type === 'columns') end.resolve()
    } catch (error) {
      end.reject(error)
    }
  })
  try {
    await end.promise
  } finally {
    clearTimeout(timer)
    child.removeAllListeners('message')
    child.kill('SIGKILL')
  }
}

/** Without our environment, and with nothing to read or to write to: its input only ever ends. */
export function startDecoder(heapMb: number): ChildProcess {
  const sources = here === '.ts' ? ['--conditions=source'] : []
  return fork(program, [], {
    env: {},
    execArgv: [`--max-old-space-size=${heapMb}`, ...sources],
    serialization: 'advanced',
    stdio: ['pipe', 'ignore', 'ignore', 'ipc'],
  })
}
