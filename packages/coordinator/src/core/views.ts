// The state as people and programs are shown it.
import {
  type AssignmentInfo,
  demandOf,
  describeMismatch,
  isEnded,
  isHealthy,
  type Mismatch,
  mismatches,
  momentOf,
  type NodeInfo,
  type NodeStatus,
  type PeerId,
  type TaskInfo,
  type TaskSpec,
} from '@vcp/protocol'
import { candidateOf, type NodeRecord } from './nodes/node-record.ts'
import type { LevelCounts, State, TaskCounts } from './state.ts'
import { isOpen, type TaskRecord } from './tasks/task-record.ts'

export function taskInfoOf(task: TaskRecord): TaskInfo {
  const { output } = task
  const createdAt = momentOf(task.createdAtMs)
  return {
    task_id: task.taskId,
    task_type: task.type,
    task_digest: task.digest,
    owner_id: task.ownerId,
    status: task.state,
    reason: task.reason,
    level: task.level,
    ...nodesOf(task),
    created_at: createdAt,
    updated_at: task.updatedAtMs === task.createdAtMs ? createdAt : momentOf(task.updatedAtMs),
    result: output === null ? null : { output, provisional: task.provisional },
    proof_id: null,
  }
}

/** Who has it, or has brought its result, and who had it before. */
function nodesOf({ assignments, state }: TaskRecord) {
  if (assignments.length === 0) return { assigned_nodes: [], former_assigned_nodes: [] }
  const open = assignments.filter(isOpen).map(({ peerId }) => peerId)
  const validated = assignments.filter((each) => each.state === 'validated')
  const assigned = isEnded(state) ? validated.map(({ peerId }) => peerId) : open
  const former = new Set(assignments.map(({ peerId }) => peerId))
  for (const peerId of assigned) former.delete(peerId)
  return { assigned_nodes: assigned, former_assigned_nodes: [...former] }
}

export function assignmentInfosOf({ taskId, assignments }: TaskRecord): readonly AssignmentInfo[] {
  return assignments.map((each) => ({
    task_id: taskId,
    peer_id: each.peerId,
    lease_epoch: each.epoch,
    state: each.state,
    lease_ends_at_ms: Math.min(each.leaseEndsAtMs, 8_640_000_000_000_000),
    declined: each.declined,
    reason: each.reason,
  }))
}

export function nodeInfoOf(node: NodeRecord): NodeInfo {
  const { registration, succeeded, failed, disputesLost, health } = node
  return {
    node_id: registration.node_id,
    peer_id: node.peerId,
    region: registration.region,
    node_type: registration.node_type,
    owner_id: node.ownerId,
    owner_address: node.ownerAddress,
    capabilities: registration.capabilities,
    health_score: health === null ? null : health * 100,
    status: node.status,
    mode: node.mode,
    record: { succeeded, failed, disputes_lost: disputesLost },
    open_assignments: node.open.size,
    registered_at: momentOf(node.registeredAtMs),
    last_seen: momentOf(node.lastSeenMs),
  }
}

export interface Fit {
  readonly peerId: PeerId
  readonly mismatches: readonly (Mismatch & { readonly text: string })[]
}

export interface Fits {
  readonly registered: number
  /** All, or a sample of them that is spread over all. */
  readonly lookedAt: number
  /** How many fit, of those looked at. */
  readonly eligible: number
  /** How many of those looked at each rule keeps out; the one that keeps out most first. */
  readonly keptOut: readonly { readonly code: Mismatch['code']; readonly nodes: number }[]
  /** Those that fit first, then those with the fewest mismatches, up to a number. */
  readonly nodes: readonly Fit[]
}

/** Some milliseconds of work, however many nodes there are. */
const lookedAtMax = 1_000

/** Node by node, what keeps it from a task. */
export function fitsOf(state: State, spec: TaskSpec, nodesMax: number): Fits {
  const demand = demandOf(spec.task_type, spec.requirements, state.settings.profile)
  const sample = state.matcher.sample(lookedAtMax)
  const found = sample.map((node) => ({ node, mismatches: mismatches(demand, candidateOf(node)) }))
  found.sort((one, other) => one.mismatches.length - other.mismatches.length)
  const counts = new Map<Mismatch['code'], number>()
  for (const { code } of found.flatMap((each) => each.mismatches)) {
    counts.set(code, (counts.get(code) ?? 0) + 1)
  }
  const keptOut = [...counts].map(([code, nodes]) => ({ code, nodes }))
  keptOut.sort((one, other) => other.nodes - one.nodes)
  return {
    registered: state.nodes.size,
    lookedAt: sample.length,
    eligible: found.filter((each) => each.mismatches.length === 0).length,
    keptOut,
    nodes: found.slice(0, nodesMax).map((each) => ({
      peerId: each.node.peerId,
      mismatches: each.mismatches.map((one) => ({ ...one, text: describeMismatch(one) })),
    })),
  }
}

export interface Stats {
  readonly nodes: Record<NodeStatus, number>
  readonly tasks: TaskCounts
  readonly levels: LevelCounts
  readonly totalNodes: number
  readonly healthyNodes: number
  /** 0 to 100, over the nodes whose health is known; null for none. */
  readonly averageHealth: number | null
}

export function statsOf(state: State): Stats {
  const nodes = { online: 0, degraded: 0, unknown: 0, offline: 0 }
  let [healthyNodes, known, sum] = [0, 0, 0]
  for (const { status, health } of state.nodes.values()) {
    nodes[status] += 1
    if (health === null) continue
    known += 1
    sum += health * 100
    if (isHealthy(status, health * 100)) healthyNodes += 1
  }
  return {
    nodes,
    tasks: { ...state.taskCounts },
    levels: { ...state.levelCounts },
    totalNodes: state.nodes.size,
    healthyNodes,
    averageHealth: known === 0 ? null : sum / known,
  }
}
