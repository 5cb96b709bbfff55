// Whether a node fits a task: every rule that fails says so with the number asked for and the
// number there is, so that `vcp task why` can tell a person what to change.
import type { Capabilities } from './capabilities.ts'
import type { NodeMode, NodeStatus, NodeType } from './node.ts'
import type { Floor, Profile, TaskPolicy } from './policy.ts'
import type { Requirements } from './tasks/requirements.ts'
import type { TaskType } from './tasks/task-type.ts'

/** What the filter looks at. Null: unknown; it fails a rule that asks for anything at all. */
export interface Candidate {
  readonly nodeType: NodeType
  readonly region: string
  readonly capabilities: Capabilities
  readonly status: NodeStatus
  readonly mode: NodeMode
  /** 0 to 1. */
  readonly health: number | null
  readonly latencyMs: number | null
  /** Given to it, and not brought to a result yet. */
  readonly workingAssignments: number
  /** Whether it has just declined a task for a reason that holds for others too. */
  readonly isResting: boolean
}

/** What a task asks for once the policy has had its say. */
export interface Demand {
  readonly taskType: TaskType
  readonly nodeType: NodeType
  readonly healthMin: number
  readonly bandwidthMbpsMin: number
  readonly latencyMsMax: number
  readonly cpuCoresMin: number
  readonly memoryGbMin: number
  readonly openAssignmentsMax: number
  readonly requireGpu: boolean
  readonly regions: readonly string[]
}

type Numeric = 'HEALTH_LOW' | 'BANDWIDTH_LOW' | 'LATENCY_HIGH' | 'CORES_FEW' | 'MEMORY_SMALL'

export type Mismatch =
  | { readonly code: 'NOT_ONLINE'; readonly has: NodeStatus }
  | { readonly code: 'NOT_ACTIVE'; readonly has: NodeMode }
  | { readonly code: 'TYPE_DIFFERS'; readonly needs: NodeType; readonly has: NodeType }
  | { readonly code: 'ENGINE_MISSING'; readonly needs: TaskType }
  | { readonly code: Numeric; readonly needs: number; readonly has: number | null }
  | { readonly code: 'GPU_MISSING'; readonly has: boolean | null }
  | { readonly code: 'REGION_DIFFERS'; readonly needs: readonly string[]; readonly has: string }
  | { readonly code: 'BUSY'; readonly needs: number; readonly has: number }
  | { readonly code: 'RESTING' }

/** The stricter of what the policy and the task ask for. */
export function demandOf(taskType: TaskType, asked: Requirements, profile: Profile): Demand {
  const policy: TaskPolicy = profile.tasks[taskType]
  const { floor }: { floor: Floor } = profile
  return {
    taskType,
    nodeType: asked.node_type ?? policy.node_type,
    healthMin: Math.max(asked.min_health, floor.health_min),
    bandwidthMbpsMin: Math.max(
      asked.min_bandwidth_mbps,
      policy.bandwidth_mbps_min,
      floor.bandwidth_mbps_min,
    ),
    latencyMsMax: Math.min(asked.max_latency_ms ?? floor.latency_ms_max, floor.latency_ms_max),
    cpuCoresMin: Math.max(asked.min_cpu_cores, policy.cpu_cores_min),
    memoryGbMin: Math.max(asked.min_memory_gb, policy.memory_gb_min, floor.memory_gb_min),
    openAssignmentsMax: floor.open_assignments_max,
    requireGpu: asked.require_gpu,
    regions: asked.regions,
  }
}

/** Everything that keeps a node from a task; empty when it fits. */
export function mismatches(demand: Demand, node: Candidate): readonly Mismatch[] {
  const found: Mismatch[] = []
  const { capabilities } = node
  if (node.status !== 'online') found.push({ code: 'NOT_ONLINE', has: node.status })
  if (node.mode !== 'active') found.push({ code: 'NOT_ACTIVE', has: node.mode })
  if (!isOfType(demand.nodeType, node.nodeType)) {
    found.push({ code: 'TYPE_DIFFERS', needs: demand.nodeType, has: node.nodeType })
  }
  if (capabilities.engines[demand.taskType] === undefined) {
    found.push({ code: 'ENGINE_MISSING', needs: demand.taskType })
  }
  found.push(
    ...atLeast('HEALTH_LOW', demand.healthMin, node.health),
    ...atLeast('BANDWIDTH_LOW', demand.bandwidthMbpsMin, capabilities.bandwidth_mbps),
    ...atLeast('CORES_FEW', demand.cpuCoresMin, capabilities.cpu_cores),
    ...atLeast('MEMORY_SMALL', demand.memoryGbMin, capabilities.memory_gb),
    ...atMost('LATENCY_HIGH', demand.latencyMsMax, node.latencyMs),
  )
  if (demand.requireGpu && capabilities.gpu_available !== true) {
    found.push({ code: 'GPU_MISSING', has: capabilities.gpu_available })
  }
  if (demand.regions.length > 0 && !demand.regions.includes(node.region)) {
    found.push({ code: 'REGION_DIFFERS', needs: demand.regions, has: node.region })
  }
  const most = Math.min(demand.openAssignmentsMax, capabilities.tasks_max ?? Number.MAX_VALUE)
  if (node.workingAssignments >= most) {
    found.push({ code: 'BUSY', needs: most, has: node.workingAssignments })
  }
  if (node.isResting) found.push({ code: 'RESTING' })
  return found
}

/** A mismatch as a sentence: `has 4 GB of memory, needs 8`. */
export function describeMismatch(mismatch: Mismatch): string {
  switch (mismatch.code) {
    case 'NOT_ONLINE':
      return `is ${mismatch.has}`
    case 'NOT_ACTIVE':
      return `is ${mismatch.has.replace('_', ' ')}`
    case 'TYPE_DIFFERS':
      return `is a ${mismatch.has} node, needs ${mismatch.needs}`
    case 'ENGINE_MISSING':
      return `has no engine for ${mismatch.needs}`
    case 'GPU_MISSING':
      return mismatch.has === null ? 'does not know whether it has a GPU' : 'has no GPU'
    case 'REGION_DIFFERS':
      return `is in ${mismatch.has}, needs ${mismatch.needs.join(' or ')}`
    case 'BUSY':
      return `works on ${mismatch.has} tasks, at most ${mismatch.needs}`
    case 'RESTING':
      return 'has declined a task a moment ago'
    default:
      return describeNumber(mismatch)
  }
}

const units: Readonly<Record<Numeric, readonly [what: string, unit: string]>> = {
  HEALTH_LOW: ['health', ''],
  BANDWIDTH_LOW: ['bandwidth', ' Mbps'],
  CORES_FEW: ['cores', ''],
  MEMORY_SMALL: ['memory', ' GB'],
  LATENCY_HIGH: ['latency', ' ms'],
}

function describeNumber({ code, needs, has }: Extract<Mismatch, { code: Numeric }>): string {
  const [what, unit] = units[code]
  const bound = code === 'LATENCY_HIGH' ? 'at most' : 'at least'
  return `${what} is ${has === null ? 'unknown' : `${has}${unit}`}, needs ${bound} ${needs}${unit}`
}

function isOfType(wanted: NodeType, is: NodeType): boolean {
  return wanted === 'any' || is === 'any' || wanted === is
}

function atLeast(code: Numeric, needs: number, has: number | null): readonly Mismatch[] {
  if (needs <= 0 || (has !== null && has >= needs)) return []
  return [{ code, needs, has }]
}

/** Above an hour a bound on latency is no bound: nodes of one's own may not have measured any. */
const noLatencyBoundMs = 3_600_000

function atMost(code: Numeric, needs: number, has: number | null): readonly Mismatch[] {
  if (has === null ? needs >= noLatencyBoundMs : has <= needs) return []
  return [{ code, needs, has }]
}
