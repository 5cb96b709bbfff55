// The nonces of the messages taken, for as long as one could be replayed: after that its age
// refuses it. Two generations, so that forgetting costs nothing: the older one goes when it is old
// enough.
import { limits, type Nonce, type PeerId } from '@vcp/protocol'

/**
 * A message may come when its time is still ahead of our clock, and is fresh until it is behind.
 */
export const replayWindowMs = limits.messageFreshnessMs + 2 * limits.messageClockSkewMs

export interface SeenNonces {
  has(peerId: PeerId, nonce: Nonce): boolean
  add(peerId: PeerId, nonce: Nonce): void
  readonly size: number
}

export function createSeenNonces(now: () => number): SeenNonces {
  let recent = new Set<string>()
  let older = new Set<string>()
  let recentSinceMs = now()

  function turn(): void {
    const ageMs = now() - recentSinceMs
    if (ageMs < replayWindowMs) return
    // Both at once after a silence: what is recent may then be as old as that.
    older = ageMs < 2 * replayWindowMs ? recent : new Set()
    recent = new Set()
    recentSinceMs = now()
  }

  return {
    has(peerId, nonce) {
      turn()
      const key = peerId + nonce
      return recent.has(key) || older.has(key)
    },
    add(peerId, nonce) {
      turn()
      recent.add(peerId + nonce)
    },
    get size() {
      return recent.size + older.size
    },
  }
}
