// Blobs in a folder, each in a file named by its CID. A file has its name only once it is whole, on
// disk, and its bytes are those that the name says.
import { createHash, randomUUID } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import {
  type Cid,
  type Outcome,
  pass,
  type Refusal,
  readCid,
  refuse,
  type TaskSpec,
  VcpError,
} from '@vcp/protocol'

export interface BlobQuota {
  /** Of one blob. */
  readonly bytesMax: number
  /** Of all together. */
  readonly totalMax: number
}

export const standardQuota: BlobQuota = { bytesMax: 52_428_800, totalMax: 10_737_418_240 }

export interface StoredBytes {
  readonly bytes: Readable
  readonly from: number
  readonly length: number
  /** Of the whole blob. */
  readonly total: number
}

export interface BlobFolder {
  /** Stores a blob and answers its size; one that is there already is not read again. */
  put(cid: Cid, bytes: Readable): Promise<Outcome<number>>
  /** A part may begin at the end of the blob, and is then empty. */
  get(
    cid: Cid,
    range: { readonly from: number; readonly to: number | null } | null,
  ): Promise<Outcome<StoredBytes>>
  /** The bytes of a task in JSON, and of the blobs that it names and that are here. */
  payloadBytes(spec: TaskSpec): number
  readonly totalBytes: number
}

export async function openBlobFolder(folder: string, quota: BlobQuota): Promise<BlobFolder> {
  const incoming = join(folder, 'incoming')
  // What was half written when the last process ended is worth nothing.
  await rm(incoming, { recursive: true, force: true })
  await mkdir(incoming, { recursive: true })
  return new Blobs(folder, quota, await sizesIn(folder))
}

class Blobs implements BlobFolder {
  readonly #folder: string
  readonly #quota: BlobQuota
  readonly #sizes: Map<string, number>
  #total: number
  /** Promised to blobs that are coming in. */
  #reserved = 0

  constructor(folder: string, quota: BlobQuota, sizes: Map<string, number>) {
    this.#folder = folder
    this.#quota = quota
    this.#sizes = sizes
    this.#total = [...sizes.values()].reduce((sum, size) => sum + size, 0)
  }

  get totalBytes(): number {
    return this.#total
  }

  async put(cid: Cid, bytes: Readable): Promise<Outcome<number>> {
    const parts = readCid(cid)
    if (!parts.ok) return parts
    const known = this.#sizes.get(cid)
    if (known !== undefined) {
      bytes.resume()
      return pass(known)
    }
    const temporary = join(this.#folder, 'incoming', randomUUID())
    try {
      const written = await this.#write(temporary, bytes)
      if (!written.ok) return written
      const { sha256, size } = written.value
      if (!sha256.equals(parts.value.sha256)) {
        return refuse('INVALID', 'the bytes are not those that the CID names')
      }
      await syncFile(temporary)
      await rename(temporary, this.#fileOf(cid))
      await syncFile(this.#folder)
      if (!this.#sizes.has(cid)) this.#total += size
      this.#sizes.set(cid, size)
      return pass(size)
    } catch (cause) {
      throw failureOf(cause)
    } finally {
      await rm(temporary, { force: true })
    }
  }

  async get(
    cid: Cid,
    range: { readonly from: number; readonly to: number | null } | null,
  ): Promise<Outcome<StoredBytes>> {
    const total = this.#sizes.get(cid)
    if (total === undefined) return refuse('NOT_FOUND', `there is no blob ${cid} here`)
    const from = range?.from ?? 0
    if (from > total) return refuse('INVALID', `the blob has ${total} bytes, less than ${from}`)
    const to = Math.min(total - 1, range?.to ?? total - 1)
    const length = to - from + 1
    if (length === 0) return pass({ bytes: Readable.from([]), from, length, total })
    const bytes = createReadStream(this.#fileOf(cid), { start: from, end: to })
    return pass({ bytes, from, length, total })
  }

  payloadBytes(spec: TaskSpec): number {
    const text = JSON.stringify(spec)
    let sum = Buffer.byteLength(text)
    // Any text of this form may name a blob; one that names none of ours adds nothing.
    for (const cid of new Set(text.match(/\bb[a-z2-7]{58}\b/g))) sum += this.#sizes.get(cid) ?? 0
    return sum
  }

  /** Counts while it writes: what is too large stops at the byte that is one too many. */
  async #write(
    file: string,
    bytes: Readable,
  ): Promise<Outcome<{ readonly sha256: Buffer; readonly size: number }>> {
    const { bytesMax, totalMax } = this.#quota
    const hash = createHash('sha256')
    let size = 0
    let reserved = 0
    let fault: Refusal | null = null
    const count = (chunk: Buffer) => {
      size += chunk.length
      if (size > bytesMax) return refuse('TOO_LARGE', `a blob has at most ${bytesMax} bytes`)
      if (this.#total + this.#reserved + chunk.length > totalMax) {
        return refuse('DISK_FULL', `blobs have ${totalMax} bytes in all, and they are used`)
      }
      this.#reserved += chunk.length
      reserved += chunk.length
      hash.update(chunk)
      return null
    }
    try {
      await pipeline(
        bytes,
        async function* (chunks: AsyncIterable<Buffer>) {
          for await (const chunk of chunks) {
            fault = count(chunk)
            if (fault !== null) return
            yield chunk
          }
        },
        createWriteStream(file, { flags: 'wx', mode: 0o600 }),
      )
    } finally {
      this.#reserved -= reserved
    }
    return fault ?? pass({ sha256: hash.digest(), size })
  }

  #fileOf(cid: string): string {
    return join(this.#folder, cid)
  }
}

async function sizesIn(folder: string): Promise<Map<string, number>> {
  const sizes = new Map<string, number>()
  for (const name of await readdir(folder)) {
    if (readCid(name).ok) sizes.set(name, (await stat(join(folder, name))).size)
  }
  return sizes
}

async function syncFile(path: string): Promise<void> {
  if (process.platform === 'win32') return
  const handle = await open(path, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

function failureOf(cause: unknown): unknown {
  const { code } = cause as NodeJS.ErrnoException
  if (code === 'ENOSPC' || code === 'EDQUOT') return new VcpError('DISK_FULL', { cause })
  if (code === 'ERR_STREAM_PREMATURE_CLOSE' || code === 'ECONNRESET') {
    return new VcpError('REQUEST_MALFORMED', { message: 'the body breaks off', cause })
  }
  return cause
}
