import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { brotliCompressSync, gzipSync, zstdCompressSync } from 'node:zlib'
import type { SchemaElement } from 'hyparquet'
import { type ColumnSource, parquetWriteBuffer } from 'hyparquet-writer'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createNumbers } from '../testing/numbers.ts'
import { readDataset } from './open-dataset.ts'
import { type ParquetBounds, readParquet, startDecoder } from './read-parquet.ts'
import { sourceAt } from './source-at.ts'
import { DataSource, type SourceOf } from './sources.ts'

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vcp-parquet-'))
})
afterEach(() => rm(folder, { recursive: true }))

type WriteOptions = Omit<Parameters<typeof parquetWriteBuffer>[0], 'columnData'>

async function put(columnData: ColumnSource[], options: WriteOptions = {}): Promise<string> {
  return putBytes(new Uint8Array(parquetWriteBuffer({ columnData, ...options })))
}

async function putBytes(bytes: Uint8Array, name = 't.parquet'): Promise<string> {
  const path = join(folder, name)
  await writeFile(path, bytes)
  return path
}

function sourceOf(path: string, inputs: object, labels: object): SourceOf<'parquet'> {
  const source = { format: 'parquet', path, inputs, labels }
  return DataSource.parse(source) as SourceOf<'parquet'>
}

function pairAt(path: string): SourceOf<'parquet'> {
  return sourceOf(path, { x: { fields: ['a', 'b'] } }, { fields: ['kind'] })
}

async function contentOf(source: DataSource) {
  const read = await readDataset(source, 2 ** 20)
  if (!read.ok) expect.fail(`${read.code}: ${read.reason}`)
  const { count, inputs, labels } = read.value
  return {
    count,
    x: Array.from(inputs['x']!.data, Number),
    labels: Array.from(labels.data, Number),
  }
}

async function reasonOf(source: DataSource, bytesMax = 2 ** 20) {
  const read = await readDataset(source, bytesMax)
  return read.ok ? 'read' : `${read.code}: ${read.reason}`
}

const table: ColumnSource[] = [
  { name: 'kind', data: BigInt64Array.of(2n, 0n, 1n), type: 'INT64' },
  { name: 'a', data: Float64Array.of(0.5, -3, 8), type: 'DOUBLE' },
  { name: 'note', data: ['x', 'y', 'z'], type: 'STRING' },
  { name: 'b', data: Int32Array.of(1, 2, 3), type: 'INT32' },
]
const content = { count: 3, x: [0.5, 1, -3, 2, 8, 3], labels: [2, 0, 1] }

describe('a Parquet file', () => {
  test.each([
    ['UNCOMPRESSED', undefined],
    ['SNAPPY', undefined],
    ['GZIP', gzipSync],
    ['BROTLI', brotliCompressSync],
    ['ZSTD', zstdCompressSync],
  ] as const)('is read by the names of its columns, packed as %s', async (codec, pack) => {
    const compressors = pack === undefined ? {} : { [codec]: pack }
    expect(await contentOf(pairAt(await put(table, { codec, compressors })))).toEqual(content)
  })

  test('is read over groups of rows, dictionaries and columns that may be empty', async () => {
    const count = 5_000
    const numbers = createNumbers(4)
    const a = Array.from({ length: count }, () => numbers.below(7))
    const b = Float64Array.from({ length: count }, () => numbers.below(1_000_000) / 64)
    const columns: ColumnSource[] = [
      { name: 'a', data: a, type: 'INT32', nullable: true },
      { name: 'b', data: b, type: 'DOUBLE' },
      { name: 'kind', data: a.map((value) => value > 3), type: 'BOOLEAN' },
    ]
    const path = await put(columns, { rowGroupSize: 700, pageSize: 1_000 })
    const read = await contentOf(pairAt(path))
    expect(read.count).toBe(count)
    expect(read.x).toEqual(a.flatMap((value, at) => [value, b[at]]))
    expect(read.labels).toEqual(a.map((value) => Number(value > 3)))
  })

  test('is read with lists of numbers and classes that are texts', async () => {
    const path = await put(listed, { schema: listSchema })
    const inputs = { x: { fields: ['at'], shape: [2] } }
    const source = sourceOf(path, inputs, { fields: ['pet'], classes: ['cat', 'dog'] })
    expect(await contentOf(source)).toEqual({ count: 2, x: [1, 2, 3, 4], labels: [1, 0] })
  })

  test('is found by its name, with all columns but the label', async () => {
    const path = await put(table.filter(({ name }) => name !== 'note'))
    const wish = { format: null, label: 'kind', features: null, classes: null }
    const found = await sourceAt(path, wish)
    if (!found.ok) expect.fail(found.reason)
    expect(await contentOf(found.value)).toEqual(content)
    const other = await sourceAt(path, { ...wish, label: 'age' })
    expect(other).toMatchObject({ code: 'DATASET_INVALID' })
  })
})

test('whoever decodes ends with whoever has asked', async () => {
  const child = startDecoder(64)
  await once(child, 'message')
  child.stdin!.destroy()
  expect(await once(child, 'exit')).toEqual([null, 'SIGKILL'])
})

const listed: ColumnSource[] = [
  {
    name: 'at',
    data: [
      [1, 2],
      [3, 4],
    ],
  },
  { name: 'pet', data: ['dog', 'cat'] },
]
const listSchema: SchemaElement[] = [
  { name: 'root', num_children: 2 },
  { name: 'at', repetition_type: 'OPTIONAL', num_children: 1, converted_type: 'LIST' },
  { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
  { name: 'element', repetition_type: 'OPTIONAL', type: 'DOUBLE' },
  { name: 'pet', repetition_type: 'REQUIRED', type: 'BYTE_ARRAY', converted_type: 'UTF8' },
]

describe('a Parquet file is refused', () => {
  test.each([
    ['without a column', table.slice(0, 3), "no column 'b'"],
    ['with a text for a number', withB(['1', 'two', '3'], 'STRING'), "row 2: 'b' is not a number"],
    ['with an empty cell', withB([1, null, 3], 'DOUBLE', true), "row 2: 'b' has no value"],
    [
      'with a moment',
      withB(
        [0, 1, 2].map((ms) => new Date(ms)),
        'TIMESTAMP',
      ),
      'is not a number',
    ],
  ])('%s', async (_, columns, reason) => {
    expect(await reasonOf(pairAt(await put(columns)))).toContain(reason)
  })

  test('that would take more memory than it may', async () => {
    const many = Float64Array.from({ length: 4_000 }, (_, at) => at)
    const path = await put(['a', 'b', 'kind'].map((name) => ({ name, data: many, type: 'DOUBLE' })))
    expect(await reasonOf(pairAt(path), 10_000)).toContain('TOO_LARGE')
  })

  test('that is not there, is none, or ends too early', async () => {
    expect(await reasonOf(pairAt(join(folder, 'none')))).toContain('INPUT_UNREADABLE')
    expect(await reasonOf(pairAt(await putBytes(Buffer.from('a,b\n1,2\n'))))).toContain(
      'is not a Parquet file',
    )
    const whole = await readFile(await put(table))
    expect(await reasonOf(pairAt(await putBytes(whole.subarray(200))))).toContain('DATASET_INVALID')
    const huge = Buffer.concat([Buffer.alloc(4), Buffer.from('ffffff7f', 'hex'), magic])
    expect(await reasonOf(pairAt(await putBytes(huge)))).toContain('TOO_LARGE')
  })

  test('that is damaged anywhere, or it is read, and nothing else happens', async () => {
    const long = Float64Array.from({ length: 150 }, (_, at) => at % 7)
    const columns = ['a', 'b', 'kind'].map((name) => ({ name, data: long }))
    const plain = { statistics: false, codec: 'UNCOMPRESSED' } as const
    const whole = await readFile(
      await put(
        columns.map((column) => ({ ...column, encoding: 'PLAIN' })),
        plain,
      ),
    )
    const numbers = createNumbers(11)
    const damaged = Array.from({ length: 10 }, () => {
      const changed = Uint8Array.from(whole)
      for (let times = 0; times < 2; times++) {
        changed[4 + numbers.below(changed.length - 12)] = numbers.below(256)
      }
      return changed
    })
    const tried = damaged.map(async (bytes, at) => {
      const path = await putBytes(bytes, `${at}.parquet`)
      const reading = readParquet(pairAt(path), room(), bounds)
      return reading.then(
        () => 'read',
        ({ name }: Error) => name,
      )
    })
    const ends = await Promise.all(tried)
    expect(new Set(ends)).toEqual(new Set(['Rejection', 'read']))
  }, 120_000)

  test('that takes longer to decode than anybody waits', async () => {
    const reading = readParquet(pairAt(await put(table)), room(), { ...bounds, patienceMs: 1 })
    await expect(reading).rejects.toThrow('takes too long')
  })

  test('whose few bytes stand for more values than there is memory for', async () => {
    const path = await putBytes(await withRuns(WIDE))
    const reading = readParquet(pairAt(path), room(), bounds)
    await expect(reading).rejects.toThrow('takes over 128 MB')
  }, 120_000)
})

const room = () => ({ bytesLeft: 2 ** 20 })
const bounds: ParquetBounds = { heapMb: 128, patienceMs: 60_000 }

const magic = Buffer.from('PAR1')

function withB(data: unknown[], type: ColumnSource['type'], nullable = false): ColumnSource[] {
  return [...table.slice(0, 3), { name: 'b', data, nullable, ...(type && { type }) }]
}

/** 2^26 times level 1. */
const WIDE = [0x80, 0x80, 0x80, 0x40, 1]

/** Other runs of levels in the place of those that were written. */
async function withRuns(runs: readonly number[]): Promise<Uint8Array> {
  const b: ColumnSource = { name: 'b', data: [7, 8, 9], type: 'DOUBLE' }
  const path = await put([...table.slice(0, 3), b], { codec: 'UNCOMPRESSED' })
  const bytes = await readFile(path)
  const at = bytes.indexOf(Buffer.from(Float64Array.of(7, 8, 9).buffer))
  // What is written before the values: eight levels, of which three are 1.
  expect([...bytes.subarray(at - 2, at)]).toEqual([3, 7])
  bytes.set(runs, at - 2)
  return bytes
}
