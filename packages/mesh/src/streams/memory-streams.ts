// Questions and answers within one process, for tests and simulations: what crosses is written and
// read as on the wire, and bounded the same.
import type { Canonical, Outcome, PeerId, StreamProtocol } from '@vcp/protocol'
import { refuse, VcpError } from '@vcp/protocol'
import type { Counters } from '../counters.ts'
import { createPeerBuckets, type PeerBuckets } from '../token-bucket.ts'
import { createDeadline } from './deadline.ts'
import { answerOf } from './failing.ts'
import { readAnswer, readAsk, writeAsk, writeRefusal, writeValue } from './frames.ts'
import type { Answer, Handler, Streams } from './streams.ts'

export interface StreamsHub {
  join(peerId: PeerId, counters: Counters): Streams
}

interface Answered {
  readonly frame: Uint8Array
  readonly payload: Uint8Array
}

type Server = (bytes: Uint8Array, from: PeerId) => Promise<Answered>

export function createStreamsHub(now: () => number): StreamsHub {
  const servers = new Map<string, Server>()

  return {
    join: (peerId, counters) => ({
      ask: (of, protocol, ask, signal) =>
        askServer(servers.get(`${of} ${protocol.id}`), of, protocol, ask, peerId, signal),
      async serve(protocol, handler) {
        const { asksPerSecond } = protocol
        const rate = createPeerBuckets({ perSecond: asksPerSecond, burst: 2 * asksPerSecond }, now)
        const name = `${peerId} ${protocol.id}`
        servers.set(name, serverOf(protocol, handler, rate, counters))
        return async () => void servers.delete(name)
      },
    }),
  }
}

function serverOf<Ask extends Canonical, Value extends Canonical>(
  protocol: StreamProtocol<Ask, Value>,
  handler: Handler<Ask, Value>,
  rate: PeerBuckets,
  counters: Counters,
): Server {
  const none = new Uint8Array()
  return async (bytes, from) => {
    if (!rate.take(from)) {
      counters.count('stream.haste')
      const reason = `${protocol.asksPerSecond} questions a second are taken`
      return { frame: writeRefusal(refuse('RATE_LIMITED', reason)), payload: none }
    }
    const ask = readAsk(protocol, bytes)
    if (!ask.ok) return { frame: writeRefusal(ask), payload: none }
    counters.count('stream.ask')
    const answer: Outcome<Value> | Answer<Value> = await answerOf(() => handler(ask.value, from))
    if (!answer.ok) return { frame: writeRefusal(answer), payload: none }
    const payload = 'payload' in answer ? Uint8Array.from(answer.payload) : none
    return { frame: writeValue(answer.value, payload.length), payload }
  }
}

async function askServer<Ask extends Canonical, Value extends Canonical>(
  server: Server | undefined,
  of: PeerId,
  protocol: StreamProtocol<Ask, Value>,
  ask: Ask,
  from: PeerId,
  signal?: AbortSignal,
): Promise<Answer<Value>> {
  signal?.throwIfAborted()
  const bytes = writeAsk(protocol, ask)
  if (server === undefined) {
    const message = `${of} cannot be asked on ${protocol.id}`
    throw new VcpError('PEER_UNREACHABLE', { message })
  }
  const { frame, payload } = await inTime(server(bytes, from), protocol.deadlineMs, signal)
  const read = readAnswer(protocol, frame)
  if (!read.ok) throw new VcpError('PEER_MISBEHAVED', { message: `${of}: ${read.reason}` })
  return read.value.ok ? { ok: true, value: read.value.value, payload } : read.value
}

async function inTime<T>(answer: Promise<T>, ms: number, signal?: AbortSignal): Promise<T> {
  const end = Promise.withResolvers<never>()
  const message = `no answer within ${ms} ms`
  const deadline = createDeadline(() => end.reject(new VcpError('PEER_TIMEOUT', { message })))
  const onAbort = () => end.reject(signal?.reason)
  signal?.addEventListener('abort', onAbort, { once: true })
  if (signal?.aborted === true) onAbort()
  deadline.set(ms)
  try {
    return await Promise.race([answer, end.promise])
  } finally {
    deadline.clear()
    signal?.removeEventListener('abort', onAbort)
  }
}
