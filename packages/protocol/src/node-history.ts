import * as z from 'zod'
import { BreakerState, BreakerTrip } from './breaker.ts'
import { TaskId } from './ids.ts'
import { limits } from './limits.ts'
import { NodeMode, NodeStatus } from './node.ts'
import { AtMs, Percent } from './quantities.ts'
import { Telemetry } from './telemetry.ts'

/** What a node said of itself at one moment; null: it did not know. */
export const TelemetrySample = Telemetry.pick({
  cpu_percent: true,
  memory_percent: true,
  temperature_c: true,
  latency_ms: true,
  open_assignments: true,
}).extend({ at_ms: AtMs, health_score: Percent.nullable() })
export type TelemetrySample = z.infer<typeof TelemetrySample>

const Reason = z.string().max(1_000)

/**
 * What a coordinator remembers of a node, the newest last. It is kept in memory: what was before
 * `since_ms` is not known here, though the log has it.
 */
export const NodeHistory = z.strictObject({
  since_ms: AtMs,
  /** Between two samples. */
  sample_ms: z.int().min(1),
  /** The last thing that the node said; null where it has not spoken since. */
  newest: Telemetry.nullable(),
  samples: z.array(TelemetrySample).max(limits.nodeSamplesMax),
  breaker: z
    .array(z.strictObject({ at_ms: AtMs, state: BreakerState, reason: BreakerTrip.nullable() }))
    .max(limits.nodeChangesMax),
  standing: z
    .array(
      z.strictObject({
        at_ms: AtMs,
        status: NodeStatus,
        mode: NodeMode,
        reason: Reason.nullable(),
      }),
    )
    .max(limits.nodeChangesMax),
  audits: z
    .array(
      z.strictObject({
        at_ms: AtMs,
        task_id: TaskId,
        engine: z.string().max(129),
        passed: z.boolean(),
      }),
    )
    .max(limits.nodeChangesMax),
})
export type NodeHistory = z.infer<typeof NodeHistory>
