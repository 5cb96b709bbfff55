// A mesh within one process: real messages, checked and bounded as on the wire, and connections
// that a test makes and cuts.
import {
  createConduct,
  createCounters,
  createGossipHub,
  createInbox,
  createNativeVerify,
  createStreamsHub,
  type Mesh,
  type PeerChange,
  type Roster,
} from '@vcp/mesh'
import { type PeerId, type Signer, VcpError } from '@vcp/protocol'

export interface MemoryNetwork {
  join(signer: Signer, roster: Roster): Mesh
  connect(one: PeerId, other: PeerId): void
  /** Both ends hear of it. What is asked from then on fails. */
  cut(one: PeerId, other: PeerId): void
}

type Listener = (change: PeerChange) => void

export function createMemoryNetwork(now: () => number = Date.now): MemoryNetwork {
  const streamsHub = createStreamsHub(now)
  const gossipHub = createGossipHub()
  const listeners = new Map<PeerId, Set<Listener>>()
  const links = new Set<string>()
  const linkOf = (one: PeerId, other: PeerId) => [one, other].sort().join(' ')

  function change(one: PeerId, other: PeerId, isConnected: boolean): void {
    const link = linkOf(one, other)
    if (links.has(link) === isConnected) return
    if (isConnected) links.add(link)
    else links.delete(link)
    for (const listen of listeners.get(one) ?? []) listen({ peerId: other, isConnected })
    for (const listen of listeners.get(other) ?? []) listen({ peerId: one, isConnected })
  }

  function join({ peerId }: Signer, roster: Roster): Mesh {
    const counters = createCounters()
    const conduct = createConduct(now, () => undefined)
    const verify = createNativeVerify()
    const inbox = createInbox({ roster, now, verify, counters, conduct })
    const streams = streamsHub.join(peerId, counters)
    const own = new Set<Listener>()
    listeners.set(peerId, own)
    return {
      peerId,
      gossip: gossipHub.join(peerId, inbox),
      streams: {
        ...streams,
        async ask(to, protocol, ask, signal) {
          if (links.has(linkOf(peerId, to))) return streams.ask(to, protocol, ask, signal)
          throw new VcpError('PEER_UNREACHABLE', { message: `${to} is not connected` })
        },
      },
      peers: {
        addresses: () => [`/ip4/127.0.0.1/tcp/1/p2p/${peerId}`],
        reach: () => 'unknown',
        connected: () => [],
        connections: () => [],
        connect: () => Promise.reject(new VcpError('PEER_UNREACHABLE')),
        keep: () => () => undefined,
        disconnect: async (other) => change(peerId, other, false),
        disconnectOlder: () => undefined,
        onChange(listener) {
          own.add(listener)
          return () => own.delete(listener)
        },
        ping: async () => 1,
        conductOf: (other) => conduct.scoreOf(other),
        blame: (other, offence) => conduct.note(other, offence),
      },
      counters: () => counters.read(),
      stop: async () => void listeners.delete(peerId),
    }
  }

  return {
    join,
    connect: (one, other) => change(one, other, true),
    cut: (one, other) => change(one, other, false),
  }
}
