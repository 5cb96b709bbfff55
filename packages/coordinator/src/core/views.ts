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
  const { assignments, output } = task
  const open = assignments.filter(isOpen).map(({ peerId }) => peerId)
  const validated = assignments.filter(({ state }) => state === 'validated')
  const assigned = isEnded(task.state) ? validated.map(({ peerId }) => peerId) : open
  const former = new Set(assignments.map(({ peerId }) => peerId))
  for (const peerId of assigned) former.delete(peerId)
  return {
    task_id: task.taskId,
    task_type: task.type,
    task_digest: task.digest,
    owner_id: task.ownerId,
    status: task.state,
    reason: task.reason,
    level: task.level,
    assigned_nodes: assigned,
    former_assigned_nodes: [...former],
    created_at: momentOf(task.createdAtMs),
    updated_at: momentOf(task.updatedAtMs),
    result: output === null ? null : { output, provisional: task.provisional },
    proof_id: null,
  }
}

export function assignmentInfosOf({ taskId, assignments }: TaskRecord): readonly AssignmentInfo[] {
  return assignments.map((each) => ({
    task_id: taskId,
    peer_id: each.peerId,
    lease_epoch: each.epoch,
    state: each.state,
    lease_ends_at_ms: Math.min(each.leaseEndsAtMs, 8_640_000_000_000_000),
    declined: each.declined,
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
  /** How many fit, of all nodes. */
  readonly eligible: number
  /** Those that fit first, then those with the fewest mismatches, up to a number. */
  readonly nodes: readonly Fit[]
}

/** Node by node, what keeps it from a task; looks at every node. */
export function fitsOf(state: State, spec: TaskSpec, nodesMax: number): Fits {
  const demand = demandOf(spec.task_type, spec.requirements, state.settings.profile)
  const fits: Fit[] = []
  let eligible = 0
  for (const node of state.nodes.values()) {
    const found = mismatches(demand, candidateOf(node))
    if (found.length === 0) eligible += 1
    const described = found.map((each) => ({ ...each, text: describeMismatch(each) }))
    fits.push({ peerId: node.peerId, mismatches: described })
  }
  fits.sort((one, other) => one.mismatches.length - other.mismatches.length)
  return { eligible, nodes: fits.slice(0, nodesMax) }
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
