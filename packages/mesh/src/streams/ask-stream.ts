// The asking end: one question, one answer, one deadline.
import { type Canonical, type PeerId, type StreamProtocol, VcpError } from '@vcp/protocol'
import type { Conduct } from '../conduct.ts'
import type { Counters } from '../counters.ts'
import { createDeadline } from './deadline.ts'
import { FrameTooLong } from './framed-stream.ts'
import { readAnswer, writeAsk } from './frames.ts'
import type { Lease, StreamPool } from './stream-pool.ts'
import type { Answer } from './streams.ts'

export interface Asking {
  readonly pool: StreamPool
  readonly counters: Counters
  readonly conduct: Conduct
}

export async function askStream<Ask extends Canonical, Value extends Canonical>(
  peerId: PeerId,
  protocol: StreamProtocol<Ask, Value>,
  ask: Ask,
  { pool, counters, conduct }: Asking,
  signal?: AbortSignal,
): Promise<Answer<Value>> {
  signal?.throwIfAborted()
  if (conduct.isShunned(peerId)) {
    throw new VcpError('PEER_MISBEHAVED', { message: `${peerId} has misbehaved: it is not asked` })
  }
  const bytes = writeAsk(protocol, ask)
  for (;;) {
    const lease = await leaseOf(pool, peerId, protocol.id, signal)
    const asked = await askOn(lease, protocol, bytes, signal)
    if (asked.ok) return asked.value
    const { failure, error } = asked
    signal?.throwIfAborted()
    // The other end had ended a stream that was kept open, before it heard of this question.
    if (failure === 'broken' && lease.isUsed) continue
    if (failure === 'garbage') {
      counters.count('stream.bad-answer')
      conduct.note(peerId, 'garbage')
      const message = `${peerId} answered on ${protocol.id}: ${error.message}`
      throw new VcpError('PEER_MISBEHAVED', { message, cause: error })
    }
    const code = failure === 'late' ? 'PEER_TIMEOUT' : 'PEER_UNREACHABLE'
    const message =
      failure === 'late'
        ? `no answer on ${protocol.id} by ${peerId} within ${protocol.deadlineMs} ms`
        : `the stream to ${peerId} broke: ${error.message}`
    throw new VcpError(code, { message, cause: error })
  }
}

async function leaseOf(
  pool: StreamPool,
  peerId: PeerId,
  protocol: string,
  signal?: AbortSignal,
): Promise<Lease> {
  try {
    return await pool.take(peerId, protocol)
  } catch (cause) {
    signal?.throwIfAborted()
    const why = cause instanceof Error ? cause.message : String(cause)
    const message = `${peerId} cannot be asked on ${protocol}: ${why}`
    throw new VcpError('PEER_UNREACHABLE', { message, cause })
  }
}

type Asked<Value> =
  | { readonly ok: true; readonly value: Answer<Value> }
  | { readonly ok: false; readonly failure: 'broken' | 'late' | 'garbage'; readonly error: Error }

async function askOn<Ask extends Canonical, Value extends Canonical>(
  { framed, done }: Lease,
  protocol: StreamProtocol<Ask, Value>,
  ask: Uint8Array,
  signal?: AbortSignal,
): Promise<Asked<Value>> {
  const deadline = createDeadline(() => framed.cut('no answer in time'))
  const onAbort = () => framed.cut('not wanted any more')
  signal?.addEventListener('abort', onAbort, { once: true })
  // It may have been while a stream was waited for.
  if (signal?.aborted === true) onAbort()
  deadline.set(protocol.deadlineMs)
  try {
    await framed.writeFrame(ask)
    const frame = await framed.readFrame(protocol.answerBytesMax)
    if (frame === null) throw new Error('the stream ended without an answer')
    const read = readAnswer(protocol, frame)
    if (!read.ok) throw new BadAnswer(read.reason)
    const { value: answer } = read
    const answered: Answer<Value> = answer.ok
      ? { ok: true, value: answer.value, payload: await framed.readBytes(answer.payloadBytes) }
      : answer
    done(true)
    return { ok: true, value: answered }
  } catch (caught) {
    const error = caught instanceof Error ? caught : new Error(String(caught))
    framed.cut(error.message)
    done(false)
    const isGarbage = error instanceof BadAnswer || error instanceof FrameTooLong
    const failure = deadline.hasPassed ? 'late' : isGarbage ? 'garbage' : 'broken'
    return { ok: false, failure, error }
  } finally {
    deadline.clear()
    signal?.removeEventListener('abort', onAbort)
  }
}

class BadAnswer extends Error {
  override readonly name = 'BadAnswer'
}
