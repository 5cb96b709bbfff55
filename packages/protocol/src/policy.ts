// Task policies are data. Two profiles come with the protocol; a coordinator may load its own.
import * as z from 'zod'
import { limits } from './limits.ts'
import { NodeType } from './node.ts'
import { TaskType } from './tasks/task-type.ts'

/** What a type of task needs of a node, and what it may ask for. */
export const TaskPolicy = z.strictObject({
  node_type: NodeType,
  bandwidth_mbps_min: z.number().min(0).max(limits.bandwidthMbpsMax),
  cpu_cores_min: z.int().min(0).max(limits.cpuCoresMax),
  memory_gb_min: z.number().min(0).max(limits.memoryGbMax),
  execution_seconds_max: z.int().min(1).max(limits.executionSecondsMax),
  payload_mb_max: z.number().positive().max(1_024),
  /** Whether a task of the type may bring a WASM module. */
  allows_wasm: z.boolean(),
})
export type TaskPolicy = z.infer<typeof TaskPolicy>

/** What a node must be, whatever the type of task. A task may ask for more, never for less. */
export const Floor = z.strictObject({
  health_min: z.number().min(0).max(1),
  bandwidth_mbps_min: z.number().min(0).max(limits.bandwidthMbpsMax),
  memory_gb_min: z.number().min(0).max(limits.memoryGbMax),
  latency_ms_max: z.number().positive(),
  open_assignments_max: z.int().min(1).max(limits.openAssignmentsPerNodeMax),
})
export type Floor = z.infer<typeof Floor>

export const Profile = z.strictObject({
  name: z.string().min(1).max(32),
  floor: Floor,
  tasks: z.record(TaskType, TaskPolicy),
})
export type Profile = z.infer<typeof Profile>

function policy(
  node_type: TaskPolicy['node_type'],
  [bandwidth_mbps_min, cpu_cores_min, memory_gb_min]: readonly [number, number, number],
  execution_seconds_max: number,
  payload_mb_max: number,
  allows_wasm = false,
): TaskPolicy {
  return {
    node_type,
    bandwidth_mbps_min,
    cpu_cores_min,
    memory_gb_min,
    execution_seconds_max,
    payload_mb_max,
    allows_wasm,
  }
}

const publicTasks: Record<TaskType, TaskPolicy> = {
  federated_learning: policy('compute', [500, 8, 32], 3600, 50),
  zk_proof: policy('compute', [100, 8, 16], 1800, 25),
  wasm_execution: policy('compute', [100, 4, 8], 900, 10, true),
  computation: policy('compute', [50, 4, 8], 1800, 20),
  connect_only: policy('open_internet', [50, 1, 1], 3600, 1),
}

const anyHardware = { bandwidth_mbps_min: 0, cpu_cores_min: 0, memory_gb_min: 0 }

export const profiles = {
  /** The open internet: strangers' machines, with a floor. */
  public: {
    name: 'public',
    floor: {
      health_min: 0.5,
      bandwidth_mbps_min: 10,
      memory_gb_min: 0.25,
      latency_ms_max: 100,
      open_assignments_max: 50,
    },
    tasks: publicTasks,
  },
  /** One's own machines: no hardware floor, so that a laptop or an edge box can take part. */
  open: {
    name: 'open',
    floor: {
      health_min: 0,
      bandwidth_mbps_min: 0,
      memory_gb_min: 0,
      latency_ms_max: 3_600_000,
      open_assignments_max: 50,
    },
    tasks: {
      federated_learning: { ...publicTasks.federated_learning, ...anyHardware },
      zk_proof: { ...publicTasks.zk_proof, ...anyHardware },
      wasm_execution: { ...publicTasks.wasm_execution, ...anyHardware },
      computation: { ...publicTasks.computation, ...anyHardware },
      connect_only: { ...publicTasks.connect_only, ...anyHardware },
    },
  },
} as const satisfies Record<string, Profile>

export type ProfileName = keyof typeof profiles
