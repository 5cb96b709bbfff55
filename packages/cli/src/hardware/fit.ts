import {
  Capabilities,
  demandOf,
  describeMismatch,
  type Mismatch,
  mismatches,
  type Profile,
  Requirements,
  type TaskType,
  taskTypes,
} from '@vcp/protocol'
import type { MachineCapabilities } from './capabilities.ts'

/** Whether the hardware of this machine is enough for a type of task, and what it lacks. */
export interface Fit {
  readonly taskType: TaskType
  readonly lacks: readonly Mismatch[]
}

/**
 * Which types of task the hardware allows under a profile; null where cores or memory are unknown.
 * Health and latency are measured while a node runs, and engines come with the program: neither
 * counts here.
 */
export function fitsOf(machine: MachineCapabilities, profile: Profile): readonly Fit[] | null {
  const engine = { name: 'any', version: 'any' }
  const engines = Object.fromEntries(taskTypes.map((taskType) => [taskType, engine]))
  const capabilities = Capabilities.safeParse({ ...machine, engines })
  if (!capabilities.success) return null
  const candidate = {
    nodeType: 'any',
    region: 'any',
    capabilities: capabilities.data,
    status: 'online',
    mode: 'active',
    health: 1,
    latencyMs: 0,
    workingAssignments: 0,
    isResting: false,
  } as const
  return taskTypes.map((taskType) => {
    const demand = demandOf(taskType, Requirements.parse({}), profile)
    return { taskType, lacks: mismatches(demand, candidate) }
  })
}

/** As people read it: `wasm_execution, computation; not zk_proof (cores is 2, ...)`. */
export function describeFits(fits: readonly Fit[]): string {
  const able = fits.filter(({ lacks }) => lacks.length === 0).map(({ taskType }) => taskType)
  const unable = fits
    .filter(({ lacks }) => lacks.length > 0)
    .map(({ taskType, lacks }) => `${taskType} (${lacks.map(describeMismatch).join(', ')})`)
  const parts = [
    able.length === 0 ? 'for no type of task' : `for ${able.join(', ')}`,
    ...(unable.length === 0 ? [] : [`not for ${unable.join(', ')}`]),
  ]
  return parts.join('; ')
}
