import { networkInterfaces } from 'node:os'
import { peerIdFromString } from '@libp2p/peer-id'
import { multiaddr } from '@multiformats/multiaddr'
import { type PeerId, VcpError } from '@vcp/protocol'
import type { Conduct } from '../conduct.ts'
import type { PeerChange, Peers } from '../mesh.ts'
import { createDeadline } from '../streams/deadline.ts'
import { connectionsOf } from './connections.ts'
import type { Keeper } from './keep.ts'
import { createObserved } from './observed.ts'
import type { Host } from './open-host.ts'
import { reachOf } from './reach.ts'

/** Without one a ping that is not echoed never ends, not even with its connection. */
const pingDeadlineMs = 10_000

interface NamedPeer {
  toString(): string
}

export function peersOf(host: Host, keeper: Keeper, conduct: Conduct): Peers {
  const addresses = () => host.getMultiaddrs().map(String)
  const observed = createObserved(host)
  return {
    addresses,
    reach: () => reachOf({ addresses: addresses(), observed: observed(), ownIps: ownIps() }),
    connected: () => host.getPeers().map(nameOf),
    connections: () => connectionsOf(host),
    async connect(address) {
      try {
        const { remotePeer } = await host.dial(multiaddr(address))
        return nameOf(remotePeer)
      } catch (cause) {
        const why = cause instanceof Error ? cause.message : String(cause)
        throw new VcpError('PEER_UNREACHABLE', {
          message: `cannot reach ${address}: ${why}`,
          cause,
        })
      }
    },
    keep: (address) => keeper.keep(address),
    disconnect: (peerId) => host.hangUp(peerIdFromString(peerId)),
    disconnectOlder(peerId) {
      const all = host.getConnections(peerIdFromString(peerId))
      const byAge = all.toSorted((one, other) => one.timeline.open - other.timeline.open)
      // Not closed in order, which waits for the streams that are open on it.
      for (const each of byAge.slice(0, -1)) each.abort(new Error('there is a newer one'))
    },
    onChange(listener) {
      const tell = (isConnected: boolean) => (event: CustomEvent<NamedPeer>) =>
        listener({ peerId: nameOf(event.detail), isConnected } satisfies PeerChange)
      const [connected, disconnected] = [tell(true), tell(false)]
      host.addEventListener('peer:connect', connected)
      host.addEventListener('peer:disconnect', disconnected)
      return () => {
        host.removeEventListener('peer:connect', connected)
        host.removeEventListener('peer:disconnect', disconnected)
      }
    },
    async ping(peerId) {
      const late = new AbortController()
      const deadline = createDeadline(() => late.abort())
      deadline.set(pingDeadlineMs)
      try {
        return await host.services.ping.ping(peerIdFromString(peerId), { signal: late.signal })
      } catch (cause) {
        throw new VcpError('PEER_UNREACHABLE', { message: `${peerId} does not echo`, cause })
      } finally {
        deadline.clear()
      }
    },
    conductOf: (peerId) => conduct.scoreOf(peerId),
    blame: (peerId, offence) => conduct.note(peerId, offence),
  }
}

function ownIps(): readonly string[] {
  return Object.values(networkInterfaces()).flatMap((each) => (each ?? []).map((it) => it.address))
}

function nameOf(peer: NamedPeer): PeerId {
  return peer.toString() as PeerId
}
