import { noteVerifier, type PeerId, publicKeyOf, type Signer } from '@vcp/protocol'
import type { Roster } from '../gossip/inbox.ts'
import { signerOf } from './keys.ts'

export const logSigner = signerOf(0x10)
const origin = 'mesh.invalid/log'

/** A roster in which these are nodes, and nobody is a coordinator. */
export function rosterOf(nodes: readonly Signer[], logSize = 0): Roster {
  const known = new Set<PeerId>(nodes.map(({ peerId }) => peerId))
  const key = publicKeyOf(logSigner.peerId) ?? new Uint8Array()
  return {
    isNode: (peerId) => known.has(peerId),
    isCoordinator: () => false,
    log: { origin, verifier: noteVerifier(origin, key), size: logSize },
  }
}
