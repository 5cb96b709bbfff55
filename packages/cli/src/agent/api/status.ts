// What an agent says of itself on its local socket, and what it can be told there. The dashboards
// read it by these schemas.
import {
  BreakerState,
  BreakerTrip,
  DeclineReason,
  EvidenceLevel,
  GpuTelemetry,
  NodeId,
  NodeType,
  OwnerAddress,
  PeerId,
  Progress,
  Region,
  TaskId,
  TaskType,
} from '@vcp/protocol'
import * as z from 'zod'

const Count = z.int().min(0)
const Millis = z.number()

/** What a machine was last measured to be; null: it cannot tell. */
export const MachineStatus = z.object({
  cpu_percent: z.number().nullable(),
  others_cpu_percent: z.number().nullable(),
  memory_percent: z.number().nullable(),
  memory_free_mb: z.number().nullable(),
  disk_free_gb: z.number().nullable(),
  temperature_c: z.number().nullable(),
  battery_percent: z.number().nullable(),
  on_mains: z.boolean().nullable(),
  power_watts: z.number().nullable(),
  idle_seconds: z.number().nullable(),
  bandwidth_up_mbps: z.number().nullable(),
  bandwidth_down_mbps: z.number().nullable(),
  gpus: z.array(GpuTelemetry),
})

export const CoordinatorStatus = z.object({
  /** As it stands in the configuration. */
  place: z.string(),
  state: z.enum(['untried', 'joined', 'lost', 'failed']),
  peer_id: PeerId.nullable(),
  reason: z.object({ code: z.string().nullable(), message: z.string() }).nullable(),
  since_ms: Millis,
})

export const HeldTask = z.object({
  task_id: TaskId,
  lease_epoch: Count,
  stage: z.enum(['running', 'committed', 'revealing', 'failing']),
  /** Null once the run is over. */
  task_type: TaskType.nullable(),
  phase: Progress.shape.phase.nullable(),
  percent: z.number().nullable(),
  gas: z.number().nullable(),
  /** What it may use; null where its type counts none, and once the run is over. */
  gas_max: z.number().nullable().default(null),
  /** The evidence that its submitter asked for; null once the run is over. */
  level: EvidenceLevel.nullable().default(null),
  memory_mb: z.number(),
  accepted_at_ms: Millis,
  lease_ends_at_ms: Millis,
})

/** Since the agent was started. */
export const Tally = z.object({
  accepted: Count,
  declined: z.partialRecord(DeclineReason, Count),
  finished: Count,
  failed: Count,
  withdrawn: Count,
  /** Results that the coordinator has on disk. */
  delivered: Count,
  /** Reports that it refused for good, by code. */
  refused: z.record(z.string(), Count),
  reruns: Count,
})

export const AgentStatus = z.object({
  peer_id: PeerId,
  name: NodeId,
  region: Region,
  node_type: NodeType,
  owner: OwnerAddress.nullable(),
  network: z.string(),
  version: z.string(),
  pid: Count,
  data_dir: z.string(),
  started_at_ms: Millis,
  uptime_ms: Millis,
  /** `safe_mode`: the breaker is open. `stopping`: it ends as soon as nothing is held. */
  mode: z.enum(['active', 'draining', 'drained', 'paused', 'safe_mode', 'stopping']),
  paused_until_ms: Millis.nullable(),
  breaker: z.object({
    state: BreakerState,
    reason: BreakerTrip.nullable(),
    text: z.string().nullable(),
  }),
  /** Why nothing can be made durable; null while all is well. */
  trouble: z.object({ code: z.string(), message: z.string() }).nullable(),
  coordinators: z.array(CoordinatorStatus),
  /** Null: none is joined, or it was not measured yet. */
  latency_ms: z.number().nullable(),
  clock_ahead_ms: z.number().nullable(),
  /** Entries of the newest signed head of its log. */
  log_size: Count.nullable(),
  peers: z.object({
    connected: Count,
    addresses: z.array(z.string()),
    nat: z.enum(['public', 'private', 'unknown']),
  }),
  tasks: z.array(HeldTask),
  reruns: Count,
  reports_waiting: Count,
  tally: Tally,
  machine: MachineStatus.nullable(),
  task_types: z.array(TaskType),
  tasks_max: Count,
  store: z.object({ blobs: Count, bytes: Count, bytes_max: z.number(), pinned_bytes: Count }),
  /** What its owner's wallet was paid there, by all of its nodes; null until it is known. */
  earned_micro: Count.nullable(),
})

/** A line of `GET /events`. */
export const AgentEvent = z.object({
  at_ms: Millis,
  event: z.string(),
  task_id: TaskId.nullable(),
  lease_epoch: Count.nullable(),
  detail: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
})

export const Control = z.discriminatedUnion('control', [
  z.strictObject({ control: z.literal('drain') }),
  z.strictObject({ control: z.literal('resume') }),
  /** Null: until `resume`. */
  z.strictObject({
    control: z.literal('pause'),
    seconds: z.int().min(1).max(31_536_000).nullable(),
  }),
  /** `now`: without waiting for what is held. */
  z.strictObject({ control: z.literal('stop'), now: z.boolean() }),
])

export type MachineStatus = z.infer<typeof MachineStatus>
export type CoordinatorStatus = z.infer<typeof CoordinatorStatus>
export type HeldTask = z.infer<typeof HeldTask>
export type Tally = z.infer<typeof Tally>
export type AgentStatus = z.infer<typeof AgentStatus>
export type AgentEvent = z.infer<typeof AgentEvent>
export type Control = z.infer<typeof Control>
