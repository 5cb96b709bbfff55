import { peerIdFromString } from '@libp2p/peer-id'
import { multiaddr } from '@multiformats/multiaddr'
import { type PeerId, VcpError } from '@vcp/protocol'
import type { Conduct } from '../conduct.ts'
import type { PeerChange, Peers } from '../mesh.ts'
import type { Keeper } from './keep.ts'
import type { Host } from './open-host.ts'

interface NamedPeer {
  toString(): string
}

export function peersOf(host: Host, keeper: Keeper, conduct: Conduct): Peers {
  return {
    addresses: () => host.getMultiaddrs().map(String),
    connected: () => host.getPeers().map(nameOf),
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
      try {
        return await host.services.ping.ping(peerIdFromString(peerId))
      } catch (cause) {
        throw new VcpError('PEER_UNREACHABLE', { message: `${peerId} does not echo`, cause })
      }
    },
    conductOf: (peerId) => conduct.scoreOf(peerId),
    blame: (peerId, offence) => conduct.note(peerId, offence),
  }
}

function nameOf(peer: NamedPeer): PeerId {
  return peer.toString() as PeerId
}
