// Whom a host talks to at all.
import type { ConnectionGater, PeerId as LibP2pPeerId } from '@libp2p/interface'
import { isPrivate } from '@libp2p/utils'
import type { PeerId } from '@vcp/protocol'
import type { Conduct } from '../conduct.ts'

/** `trusted` addresses are the operator's own choice: they may be private. */
export function createGater(
  conduct: Conduct,
  dialsPrivate: boolean,
  trusted: readonly string[],
): ConnectionGater {
  const isShunned = (peerId: LibP2pPeerId) => conduct.isShunned(peerId.toString() as PeerId)
  return {
    denyDialPeer: isShunned,
    denyOutboundEncryptedConnection: isShunned,
    denyInboundEncryptedConnection: isShunned,
    // Strangers may name any address for a peer: none of them is a way into the operator's network.
    denyDialMultiaddr: (address) =>
      !dialsPrivate &&
      isPrivate(address) &&
      !trusted.some((one) => address.toString().startsWith(one.replace(/\/p2p\/[^/]*$/, ''))),
  }
}
