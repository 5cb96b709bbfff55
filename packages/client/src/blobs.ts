// Blobs by their names: sent once, fetched whole, and what came is what the name says.
import { type Cid, type CodecName, cidOf, readCid, VcpError } from '@vcp/protocol'
import type { Connection } from './connection.ts'

/** A blob with its name, worked out once. */
export interface NamedBlob {
  readonly cid: Cid
  readonly bytes: Uint8Array
}

export function nameBlob(bytes: Uint8Array): NamedBlob {
  return { cid: cidOf('raw', bytes), bytes }
}

export type Progress = (bytes: number, of: number) => void

/** Below this it costs less to send a blob than to ask whether it is there. */
const askFirstBytes = 65_536
const chunkBytes = 65_536
const retriesMax = 5
/** Names of blobs that are remembered as stored; what is forgotten is asked about or sent again. */
const storedMax = 65_536

/** Stores a blob where it is not stored yet. */
export async function putBlob(
  connection: Connection,
  { cid, bytes }: NamedBlob,
  onProgress: Progress = () => undefined,
): Promise<void> {
  if (connection.stored.has(cid)) return
  const isThere = bytes.length > askFirstBytes && (await hasBlob(connection, cid))
  if (!isThere) await send(connection, cid, bytes, onProgress)
  onProgress(bytes.length, bytes.length)
  const { stored } = connection
  stored.add(cid)
  for (const oldest of stored) {
    if (stored.size <= storedMax) break
    stored.delete(oldest)
  }
}

async function hasBlob(connection: Connection, cid: Cid): Promise<boolean> {
  try {
    const reply = await connection.open('getBlob', {
      params: { cid },
      headers: { range: 'bytes=0-0' },
    })
    await reply.drop()
    return true
  } catch (error) {
    // Whatever it is, sending the blob brings it to light, or does without.
    if (error instanceof VcpError) return false
    throw error
  }
}

async function send(
  connection: Connection,
  cid: Cid,
  bytes: Uint8Array,
  onProgress: Progress,
): Promise<void> {
  async function* chunks() {
    for (let at = 0; at < bytes.length; at += chunkBytes) {
      yield bytes.subarray(at, at + chunkBytes)
      onProgress(Math.min(at + chunkBytes, bytes.length), bytes.length)
    }
  }
  await connection.again(async () => {
    const reply = await connection.open('putBlob', {
      params: { cid },
      headers: {
        'content-type': 'application/octet-stream',
        'content-length': String(bytes.length),
      },
      body: chunks,
    })
    await reply.drop()
  })
}

/** The bytes of a blob. A transfer that breaks goes on where it broke. */
export async function getBlob(
  connection: Connection,
  cid: Cid,
  bytesMax: number,
): Promise<Uint8Array> {
  const parts = readCid(cid)
  if (!parts.ok) throw new VcpError(parts.code, { message: parts.reason })
  const received: Received = { chunks: [], bytes: 0 }
  for (let retries = 0; ; retries += 1) {
    try {
      await connection.again(() => receive(connection, cid, received, bytesMax))
      return wholeOf(cid, parts.value.codec, received)
    } catch (error) {
      // Further than before is reason enough to go on.
      const broke = error instanceof VcpError && error.code === 'COORDINATOR_UNREACHABLE'
      if (!broke || retries >= retriesMax) throw error
    }
  }
}

interface Received {
  readonly chunks: Uint8Array[]
  bytes: number
}

async function receive(
  connection: Connection,
  cid: Cid,
  received: Received,
  bytesMax: number,
): Promise<void> {
  const isResumed = received.bytes > 0
  const reply = await connection.open('getBlob', {
    params: { cid },
    headers: isResumed ? { range: `bytes=${received.bytes}-` } : {},
  })
  if (reply.status !== 206) {
    received.chunks.length = 0
    received.bytes = 0
  }
  for await (const chunk of reply.bytes) {
    received.bytes += chunk.length
    received.chunks.push(chunk)
    if (received.bytes > bytesMax) {
      throw new VcpError('TOO_LARGE', {
        message: `the blob ${cid} goes on beyond ${bytesMax} bytes`,
        details: { cid, bytes_max: bytesMax },
      })
    }
  }
}

function wholeOf(cid: Cid, codec: CodecName, { chunks }: Received): Uint8Array {
  const bytes = Buffer.concat(chunks)
  // The name of a tree of chunks is that of its root, which did not come with the bytes.
  if (codec === 'dag-pb' || cidOf(codec, bytes) === cid) return bytes
  throw new VcpError('BLOB_CORRUPT', {
    message: `what came as ${cid} are other bytes`,
    details: { cid },
  })
}
