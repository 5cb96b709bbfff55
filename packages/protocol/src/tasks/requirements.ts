import * as z from 'zod'
import { EvidenceLevel } from '../evidence-level.ts'
import { Region } from '../ids.ts'
import { limits } from '../limits.ts'
import { NodeType } from '../node.ts'
import { AmountMicro } from '../quantities.ts'

/** What a submitter asks of the nodes. It may raise the floor of the policy, never lower it. */
export const Requirements = z.strictObject({
  min_nodes: z.int().min(1).max(limits.minNodesMax).default(1),
  max_execution_seconds: z.int().min(1).max(limits.executionSecondsMax).default(30),
  node_type: NodeType.nullable().default(null),
  min_health: z.number().min(0).max(1).default(0),
  min_bandwidth_mbps: z.number().min(0).max(limits.bandwidthMbpsMax).default(0),
  max_latency_ms: z.number().positive().max(3_600_000).nullable().default(null),
  min_cpu_cores: z.int().min(0).max(limits.cpuCoresMax).default(0),
  min_memory_gb: z.number().min(0).max(limits.memoryGbMax).default(0),
  require_gpu: z.boolean().default(false),
  /** Empty: anywhere. */
  regions: z.array(Region).max(limits.regionsPerTaskMax).default([]),
})
export type Requirements = z.infer<typeof Requirements>

/** How sure the submitter wants to be. */
export const Verification = z.strictObject({
  level: EvidenceLevel.default('signed'),
  /** Copies that must agree; null leaves it to adaptive replication. */
  quorum: z.int().min(1).max(limits.replicasMax).nullable().default(null),
})
export type Verification = z.infer<typeof Verification>

/** How long each stage may take before the task is tried elsewhere, or given up. */
export const Timeouts = z.strictObject({
  match_seconds: z.int().min(1).max(86_400).default(300),
  deliver_seconds: z.int().min(1).max(86_400).default(300),
})

const Label = z.string().max(limits.labelCharactersMax)

/** What every task has, whatever its type. */
export const taskBase = {
  requirements: Requirements.prefault({}),
  verification: Verification.prefault({}),
  timeouts: Timeouts.prefault({}),
  /** What the submitter pays for an accepted result. */
  reward_micro: AmountMicro.default(0),
  /** For people, to find the task again. */
  labels: z
    .record(z.string().min(1).max(64), Label)
    .refine((labels) => Object.keys(labels).length <= limits.labelsMax, 'too many labels')
    .default({}),
}
