// A rate per peer: so many a second over a while, and a burst above it.
import type { PeerId } from '@vcp/protocol'

export interface Rate {
  readonly perSecond: number
  readonly burst: number
}

export interface PeerBuckets {
  /** Whether one more is within the peer's rate. */
  take(peerId: PeerId): boolean
}

interface Bucket {
  tokens: number
  atMs: number
}

/** Beyond this many peers, full buckets are forgotten: a new one is as full. */
const bucketsMax = 4_096

export function createPeerBuckets({ perSecond, burst }: Rate, now: () => number): PeerBuckets {
  const buckets = new Map<PeerId, Bucket>()

  function forgetFull(nowMs: number): void {
    const fullAfterMs = (burst / perSecond) * 1_000
    for (const [peerId, bucket] of buckets) {
      if (nowMs - bucket.atMs >= fullAfterMs) buckets.delete(peerId)
    }
  }

  return {
    take(peerId) {
      const nowMs = now()
      let bucket = buckets.get(peerId)
      if (bucket === undefined) {
        if (buckets.size >= bucketsMax) forgetFull(nowMs)
        bucket = { tokens: burst, atMs: nowMs }
        buckets.set(peerId, bucket)
      }
      // A clock that was set back must not drain the bucket.
      const elapsedMs = Math.max(0, nowMs - bucket.atMs)
      bucket.tokens = Math.min(burst, bucket.tokens + (elapsedMs / 1_000) * perSecond)
      bucket.atMs = nowMs
      if (bucket.tokens < 1) return false
      bucket.tokens -= 1
      return true
    },
  }
}
