import * as z from 'zod'
import { BreakerState, BreakerTrip } from './breaker.ts'
import { limits } from './limits.ts'
import { Count, Percent } from './quantities.ts'

const Mbps = z.number().min(0).max(limits.bandwidthMbpsMax)

export const GpuTelemetry = z.strictObject({
  utilisation_percent: Percent.nullable(),
  memory_percent: Percent.nullable(),
  temperature_c: z.number().min(-100).max(300).nullable(),
})

/** What a node measured since its last report. Null: this machine cannot tell. */
export const Telemetry = z.strictObject({
  cpu_percent: Percent.nullable(),
  memory_percent: Percent.nullable(),
  temperature_c: z.number().min(-100).max(300).nullable(),
  latency_ms: z.number().min(0).max(3_600_000).nullable(),
  bandwidth_up_mbps: Mbps.nullable(),
  bandwidth_down_mbps: Mbps.nullable(),
  battery_percent: Percent.nullable(),
  on_mains: z.boolean().nullable(),
  power_watts: z.number().min(0).max(100_000).nullable(),
  gpus: z.array(GpuTelemetry).max(limits.gpusMax),
  consecutive_errors: Count,
  open_assignments: Count.max(limits.openAssignmentsPerNodeMax),
  breaker: z.strictObject({ state: BreakerState, reason: BreakerTrip.nullable() }),
})
export type Telemetry = z.infer<typeof Telemetry>
