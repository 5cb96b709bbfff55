// The nodes that are here: registered in the life of this process, and connected since. Whoever is
// not is not asked: nodes come to their coordinator, it never dials them.
import type { Peers } from '@vcp/mesh'
import type { PeerId } from '@vcp/protocol'

export interface Present {
  has(peerId: PeerId): boolean
  /** Whether it has been here in the life of this process. */
  hasBeen(peerId: PeerId): boolean
  readonly size: number
  /** It is registering: what the core wants of it meanwhile can be said at once. */
  came(peerId: PeerId): void
  left(peerId: PeerId): void
  stop(): void
}

export function watchPresent(peers: Pick<Peers, 'onChange'>): Present {
  const here = new Set<PeerId>()
  const known = new Set<PeerId>()
  const stop = peers.onChange(({ peerId, isConnected }) => {
    if (!isConnected) here.delete(peerId)
  })
  return {
    has: (peerId) => here.has(peerId),
    hasBeen: (peerId) => known.has(peerId),
    get size() {
      return here.size
    },
    came(peerId) {
      here.add(peerId)
      known.add(peerId)
    },
    left: (peerId) => void here.delete(peerId),
    stop,
  }
}
