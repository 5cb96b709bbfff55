import type { TrackRecord } from './node.ts'

/** 0 to 1 from a node's record; 0.5 for one without history. */
export function reputationOf({ succeeded, failed, disputes_lost }: TrackRecord): number {
  const total = succeeded + failed
  if (total === 0) return 0.5
  const penalty = Math.min(0.05 * disputes_lost, 0.3)
  return Math.min(1, Math.max(0, succeeded / total - penalty))
}
