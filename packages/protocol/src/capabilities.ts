import * as z from 'zod'
import { limits } from './limits.ts'
import { TaskType } from './tasks/task-type.ts'

/** The program that runs a type of task; results are compared only within one version. */
export const EngineVersion = z.strictObject({
  name: z.string().min(1).max(64),
  version: z.string().min(1).max(64),
})
export type EngineVersion = z.infer<typeof EngineVersion>

/** What a machine can do. What could not be measured is null, never a guess. */
export const Capabilities = z.strictObject({
  bandwidth_mbps: z.number().min(limits.bandwidthMbpsMin).max(limits.bandwidthMbpsMax).nullable(),
  cpu_cores: z.int().min(1).max(limits.cpuCoresMax),
  memory_gb: z.number().min(1).max(limits.memoryGbMax),
  gpu_available: z.boolean().nullable(),
  disk_free_gb: z.number().min(0).nullable().default(null),
  /** Tasks that it runs at a time; where nothing is said, as many as any node may have. */
  tasks_max: z.int().min(1).max(limits.openAssignmentsPerNodeMax).optional(),
  /** An engine for each type of task that the node takes. */
  engines: z.partialRecord(TaskType, EngineVersion).default({}),
})
export type Capabilities = z.infer<typeof Capabilities>
