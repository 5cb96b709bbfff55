// The health score: 0.4 bandwidth + 0.3 latency + 0.2 compute + 0.1 reputation, each 0 to 1.
import type { Capabilities } from './capabilities.ts'
import type { NodeStatus, TrackRecord } from './node.ts'
import { reputationOf } from './reputation.ts'
import type { Telemetry } from './telemetry.ts'

export interface Health {
  /** 0 to 100, as people are shown it. */
  readonly score: number
  readonly parts: {
    readonly bandwidth: number
    readonly latency: number
    readonly compute: number
    readonly reputation: number
  }
  /** What could not be measured; it counts as nothing, so a score is never better than known. */
  readonly unknown: readonly ('bandwidth' | 'latency' | 'cpu' | 'memory')[]
}

const healthyScore = 70

export function healthOf(
  telemetry: Telemetry,
  capabilities: Pick<Capabilities, 'bandwidth_mbps'>,
  record: TrackRecord,
): Health {
  const { latency_ms, cpu_percent, memory_percent } = telemetry
  const mbps = bandwidthOf(telemetry, capabilities)
  const parts = {
    bandwidth: mbps === null ? 0 : clamp(mbps / 1000),
    latency: latency_ms === null ? 0 : clamp(1 - latency_ms / 100),
    compute: clamp((200 - (cpu_percent ?? 100) - (memory_percent ?? 100)) / 200),
    reputation: reputationOf(record),
  }
  const score =
    0.4 * parts.bandwidth + 0.3 * parts.latency + 0.2 * parts.compute + 0.1 * parts.reputation
  const unknown = [
    ...(mbps === null ? (['bandwidth'] as const) : []),
    ...(latency_ms === null ? (['latency'] as const) : []),
    ...(cpu_percent === null ? (['cpu'] as const) : []),
    ...(memory_percent === null ? (['memory'] as const) : []),
  ]
  return { score: 100 * clamp(score), parts, unknown }
}

export function isHealthy(status: NodeStatus, score: number): boolean {
  return status === 'online' && score >= healthyScore
}

/** The narrower direction, if both are known; else the known one; else what the node claims. */
function bandwidthOf(
  { bandwidth_up_mbps: up, bandwidth_down_mbps: down }: Telemetry,
  { bandwidth_mbps }: Pick<Capabilities, 'bandwidth_mbps'>,
): number | null {
  if (up !== null && down !== null) return Math.min(up, down)
  return up ?? down ?? bandwidth_mbps
}

function clamp(value: number): number {
  return Math.min(1, Math.max(0, value))
}
