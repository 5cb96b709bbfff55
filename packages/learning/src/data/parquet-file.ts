// Tables in Parquet files, one group of rows after the other. The decoder of hyparquet believes
// what a file says of its own lengths: all of this is run in a child, `parquet-child.ts`.
import { type FileHandle, open } from 'node:fs/promises'
import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from 'node:zlib'
import {
  type AsyncBuffer,
  type Compressors,
  type DecodedArray,
  type FileMetaData,
  parquetMetadataAsync,
  parquetScan,
  parquetSchema,
  snappyUncompress,
} from 'hyparquet'
import { Rejection } from '../onnx/rejection.ts'
import { badData, tooLarge } from './data-rejection.ts'
import type { ParquetRows } from './parquet-messages.ts'

/** Rows that are told at once. */
const rowsMax = 16_384

const footerBytesMax = 1 << 24
const chunkBytesMax = 2 ** 29
const pageBytesMax = 1 << 28

/** The columns of a file, as its schema has them. */
export async function parquetColumns(path: string): Promise<readonly string[]> {
  const { handle, metadata } = await opened(path)
  await handle.close()
  return columnsOf(metadata)
}

/** Rows as they come, so many at a time. */
export async function* parquetRows(
  path: string,
  columns: readonly string[],
): AsyncGenerator<{ readonly rows: ParquetRows; readonly count: number }> {
  const { handle, file, metadata } = await opened(path)
  try {
    const known = columnsOf(metadata)
    for (const name of columns)
      if (!known.includes(name)) badData(`${path} has no column '${name}'`)
    const options = { file, metadata, columns: [...columns], ...reading, useOffsetIndex: false }
    const scan = await decoding(path, () => parquetScan(options))
    for (const { rowStart, rowEnd } of scan.ranges) {
      const read: Record<string, DecodedArray> = {}
      for (const column of columns) {
        const values = await decoding(path, () => scan.readColumn({ column, rowStart, rowEnd }))
        if (values.length !== rowEnd - rowStart) badData(`${path}: column '${column}' is cut off`)
        read[column] = values
      }
      yield* slicesOf(read, rowEnd - rowStart)
    }
  } finally {
    await handle.close()
  }
}

function* slicesOf(read: Readonly<Record<string, DecodedArray>>, count: number) {
  for (let start = 0; start < count; start += rowsMax) {
    const end = Math.min(start + rowsMax, count)
    const parts = Object.entries(read).map(([name, values]) => [name, values.slice(start, end)])
    yield { rows: Object.fromEntries(parts) as ParquetRows, count: end - start }
  }
}

function columnsOf(metadata: FileMetaData): readonly string[] {
  return parquetSchema(metadata).children.map(({ element }) => element.name)
}

interface OpenFile {
  readonly handle: FileHandle
  readonly file: AsyncBuffer
  readonly metadata: FileMetaData
}

async function opened(path: string): Promise<OpenFile> {
  const handle = await open(path)
  try {
    const { size } = await handle.stat()
    await checkFooter(handle, size, path)
    const file: AsyncBuffer = {
      byteLength: size,
      slice: (start, end = size) => bytesAt(handle, start, Math.min(end, size), path),
    }
    const metadata = await decoding(path, () => parquetMetadataAsync(file, reading))
    return { handle, file, metadata }
  } catch (error) {
    await handle.close()
    throw error
  }
}

/** Refusals, and what the disk says, are as they are; all else is the decoder's, of this file. */
async function decoding<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    const isOfDisk = (error as NodeJS.ErrnoException).syscall !== undefined
    if (error instanceof Rejection || isOfDisk) throw error
    return badData(`${path} is no Parquet file that can be read: ${(error as Error).message}`)
  }
}

async function checkFooter(handle: FileHandle, size: number, path: string): Promise<void> {
  const end = size < 12 ? new ArrayBuffer(8) : await bytesAt(handle, size - 8, size, path)
  const view = new DataView(end)
  if (new TextDecoder('latin1').decode(new Uint8Array(end, 4)) !== 'PAR1') {
    badData(`${path} is not a Parquet file, or is encrypted`)
  }
  if (view.getUint32(0, true) > footerBytesMax) tooLarge(`${path} has too large a footer`)
}

async function bytesAt(
  handle: FileHandle,
  start: number,
  end: number,
  path: string,
): Promise<ArrayBuffer> {
  if (!(start >= 0 && start <= end)) return badData(`${path} points outside of itself`)
  if (end - start > chunkBytesMax) return tooLarge(`${path} has too large a group of rows`)
  const bytes = new Uint8Array(end - start)
  const { bytesRead } = await handle.read(bytes, 0, bytes.length, start)
  return bytesRead === bytes.length ? bytes.buffer : badData(`${path} ends too early`)
}

type Codec = 'SNAPPY' | 'GZIP' | 'BROTLI' | 'ZSTD'
type Unpack = (bytes: Uint8Array, size: number) => Uint8Array

const unpackers: Readonly<Record<Codec, Unpack>> = {
  SNAPPY(bytes, size) {
    const unpacked = new Uint8Array(size)
    snappyUncompress(bytes, unpacked)
    return unpacked
  },
  GZIP: (bytes, size) => gunzipSync(bytes, { maxOutputLength: size }),
  BROTLI: (bytes, size) => brotliDecompressSync(bytes, { maxOutputLength: size }),
  ZSTD: (bytes, size) => zstdDecompressSync(bytes, { maxOutputLength: size }),
}

/** No page becomes larger than it may, whatever its header says. */
const compressors: Compressors = Object.fromEntries(
  Object.entries(unpackers).map(([codec, unpack]) => [codec, bounded(unpack)]),
)

const reading = { compressors, geoparquet: false } as const

function bounded(unpack: Unpack): Unpack {
  return (bytes, size) => {
    if (!(size >= 0 && size <= pageBytesMax))
      tooLarge(`a page is larger than ${pageBytesMax} bytes`)
    if (size === 0) return new Uint8Array(0)
    let unpacked: Uint8Array
    try {
      unpacked = unpack(bytes, size)
    } catch {
      return badData('a page does not unpack to what it claims')
    }
    return unpacked.length === size ? unpacked : badData('a page has fewer bytes than it claims')
  }
}
