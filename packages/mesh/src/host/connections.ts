// The connections of a host, for people to see.
import type { PeerId } from '@vcp/protocol'
import type { PeerConnection } from '../mesh.ts'
import type { Host } from './open-host.ts'

export function connectionsOf(host: Host): readonly PeerConnection[] {
  return host.getConnections().map((connection) => {
    const address = connection.remoteAddr.toString()
    return {
      peerId: connection.remotePeer.toString() as PeerId,
      address,
      isOurs: connection.direction === 'outbound',
      isRelayed: address.includes('/p2p-circuit'),
      // libp2p measures it now and then; a connection that is young has none.
      roundTripMs: connection.rtt ?? null,
      openedAtMs: connection.timeline.open,
    }
  })
}
