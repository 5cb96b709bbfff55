// Asking one source for a part of a blob, and what its answer makes of the source.
import {
  blobProtocol,
  type Cid,
  type Outcome,
  type PeerId,
  pass,
  refuse,
  VcpError,
} from '@vcp/protocol'
import type { Streams } from '../streams/streams.ts'
import { type Manifest, manifestFrom, type Piece } from './manifest.ts'

export async function manifestOf(
  streams: Streams,
  source: PeerId,
  cid: Cid,
  signal: AbortSignal,
): Promise<Outcome<Manifest>> {
  return whatCame(signal, async () => {
    const answer = await streams.ask(source, blobProtocol, { want: 'manifest', cid }, signal)
    return answer.ok ? manifestFrom(cid, answer.value.bytes, answer.payload) : answer
  })
}

export async function pieceOf(
  streams: Streams,
  source: PeerId,
  cid: Cid,
  { offset, length }: Piece,
  signal: AbortSignal,
): Promise<Outcome<Uint8Array>> {
  return whatCame(signal, async () => {
    const ask = { want: 'piece', cid, offset, length } as const
    const answer = await streams.ask(source, blobProtocol, ask, signal)
    if (!answer.ok) return answer
    if (answer.payload.length === length) return pass(answer.payload)
    return refuse('BLOB_CORRUPT', `${answer.payload.length} bytes where ${length} were asked for`)
  })
}

/** A source that cannot be asked is one source fewer, not a failure of the whole. */
async function whatCame<T>(
  signal: AbortSignal,
  ask: () => Promise<Outcome<T>>,
): Promise<Outcome<T>> {
  try {
    return await ask()
  } catch (error) {
    signal.throwIfAborted()
    if (error instanceof VcpError) return refuse(error.code, error.message)
    throw error
  }
}
