// How peers have behaved. Every offence has demerits, demerits fade, and a peer with too many of
// them is shunned: no connection, no gossip, no blob. Honest peers have none, so nothing is a
// matter of taste here: each offence is one that software of ours does not commit.
import type { PeerId } from '@vcp/protocol'

/** Demerits by offence. */
export const demerits = {
  /** Gossip beyond the rate of a whole network. */
  flood: 0.5,
  /** More questions in a second than the protocol grants. */
  haste: 0.5,
  /** A frame that stops half way, or a stream on which nothing comes. */
  stall: 5,
  /** A frame that is too large, not canonical, or not of its schema. */
  garbage: 20,
  /** Bytes of a blob that are not the ones named. */
  corruption: 50,
} as const

export type Offence = keyof typeof demerits

export const shunnedFrom = 100
const halfLifeMs = 600_000
/** Beyond this many peers, those that have next to none are forgotten. */
const peersMax = 10_000

export interface Conduct {
  note(peerId: PeerId, offence: Offence): void
  /** 0 for a peer without blame, less for one with. */
  scoreOf(peerId: PeerId): number
  isShunned(peerId: PeerId): boolean
}

interface Standing {
  readonly demerits: number
  readonly atMs: number
}

export function createConduct(now: () => number, onShunned: (peerId: PeerId) => void): Conduct {
  const standings = new Map<PeerId, Standing>()

  function demeritsOf(peerId: PeerId): number {
    const standing = standings.get(peerId)
    if (standing === undefined) return 0
    return standing.demerits * 2 ** (-(now() - standing.atMs) / halfLifeMs)
  }

  function forget(): void {
    for (const peerId of standings.keys()) {
      if (demeritsOf(peerId) < 1) standings.delete(peerId)
    }
    // Still too many: the oldest go, which are the least recently blamed.
    for (const peerId of standings.keys()) {
      if (standings.size <= peersMax) return
      standings.delete(peerId)
    }
  }

  return {
    note(peerId, offence) {
      const before = demeritsOf(peerId)
      const after = before + demerits[offence]
      standings.delete(peerId)
      standings.set(peerId, { demerits: after, atMs: now() })
      if (standings.size > peersMax) forget()
      if (before < shunnedFrom && after >= shunnedFrom) onShunned(peerId)
    },
    scoreOf: (peerId) => 0 - demeritsOf(peerId),
    isShunned: (peerId) => demeritsOf(peerId) >= shunnedFrom,
  }
}
