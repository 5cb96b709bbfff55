// Questions and answers over libp2p: one protocol, one handler, streams kept open between
// questions.
import { peerIdFromString } from '@libp2p/peer-id'
import type { Canonical, PeerId, StreamProtocol } from '@vcp/protocol'
import type { Conduct } from '../conduct.ts'
import type { Counters } from '../counters.ts'
import { nameIn } from '../host/network.ts'
import type { Host } from '../host/open-host.ts'
import { createPeerBuckets } from '../token-bucket.ts'
import { askStream } from './ask-stream.ts'
import { frameStream } from './framed-stream.ts'
import { type Serving, serveStream } from './serve-stream.ts'
import { createStreamPool } from './stream-pool.ts'
import type { Handler, Streams } from './streams.ts'

/** Of one peer and protocol, over all its connections; an asking end opens half as many. */
const inboundMax = 64
const openTimeoutMs = 10_000

export interface Libp2pStreamsParts {
  readonly host: Host
  readonly network: string
  readonly now: () => number
  readonly counters: Counters
  readonly conduct: Conduct
}

export interface Libp2pStreams extends Streams {
  close(): void
}

export function createLibp2pStreams(parts: Libp2pStreamsParts): Libp2pStreams {
  const { host, network, now, counters, conduct } = parts
  const pool = createStreamPool(async (peerId, protocol) => {
    const name = nameIn(network, protocol as `/vcp/${string}`)
    const peer = peerIdFromString(peerId)
    const options = {
      signal: AbortSignal.timeout(openTimeoutMs),
      maxOutboundStreams: inboundMax,
      runOnLimitedConnection: true,
    }
    const connections = host.getConnections(peer).filter(({ status }) => status === 'open')
    // Where a relay is the only way, `dialProtocol` dials a second time, and libp2p ends that
    // connection as a duplicate of the first.
    const relayed = connections.every(({ limits }) => limits !== undefined) ? connections[0] : null
    const stream =
      relayed == null
        ? await host.dialProtocol(peer, name, options)
        : await relayed.newStream(name, options)
    return frameStream(stream)
  }, now)

  async function serve<Ask extends Canonical, Value extends Canonical>(
    protocol: StreamProtocol<Ask, Value>,
    handler: Handler<Ask, Value>,
  ): Promise<() => Promise<void>> {
    const { asksPerSecond } = protocol
    const rate = { perSecond: asksPerSecond, burst: 2 * asksPerSecond }
    const buckets = createPeerBuckets(rate, now)
    const serving: Serving<Ask, Value> = { protocol, handler, rate: buckets, counters, conduct }
    const open = new Map<PeerId, number>()
    const name = nameIn(network, protocol.id)
    await host.handle(
      name,
      async (stream, { remotePeer }) => {
        const from = remotePeer.toString() as PeerId
        const before = open.get(from) ?? 0
        if (before >= inboundMax) {
          counters.count('stream.too-many')
          stream.abort(new Error('too many streams'))
          return
        }
        open.set(from, before + 1)
        try {
          await serveStream(frameStream(stream), from, serving)
        } finally {
          const left = (open.get(from) ?? 1) - 1
          if (left === 0) open.delete(from)
          else open.set(from, left)
        }
      },
      { maxInboundStreams: inboundMax, runOnLimitedConnection: true },
    )
    return () => host.unhandle(name)
  }

  return {
    ask: (peerId, protocol, ask, signal) =>
      askStream(peerId, protocol, ask, { pool, counters, conduct }, signal),
    serve,
    close: () => pool.close(),
  }
}
