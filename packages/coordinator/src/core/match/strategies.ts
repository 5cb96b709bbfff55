// How a node is chosen among those that fit. A strategy is a ranking of its own.
import { limits } from '@vcp/protocol'
import { bucketRanking } from './bucket-ranking.ts'
import type { RankedNode, Ranking } from './ranking.ts'
import { weightedRanking } from './weighted-ranking.ts'

export const strategies = ['weighted', 'round-robin', 'least-loaded', 'latency-aware'] as const

export type Strategy = (typeof strategies)[number]

/** Latencies from here on are one bucket, with those that are unknown. */
const LATENCY_BUCKETS = 257

export const rankings: Readonly<Record<Strategy, () => Ranking>> = {
  /** By chance, in proportion to health and to how much of the node is free. */
  weighted: () => weightedRanking(weight),
  /** In turn. */
  'round-robin': () => bucketRanking(1, () => 0),
  /** The node with the fewest open assignments. */
  'least-loaded': () =>
    bucketRanking(limits.openAssignmentsPerNodeMax + 1, (node) => node.openAssignments),
  /** The nearest node, to the millisecond. */
  'latency-aware': () =>
    bucketRanking(LATENCY_BUCKETS, ({ latencyMs }) => Math.floor(latencyMs ?? LATENCY_BUCKETS)),
}

/** A node of unknown health counts as one of half: it must get work to become known. */
function weight({ health, openAssignments }: RankedNode): number {
  const free = 1 - openAssignments / (limits.openAssignmentsPerNodeMax + 1)
  return 1_000 * (0.1 + (health ?? 0.5)) * free
}
