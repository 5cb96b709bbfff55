import type { AssignmentState, PeerId, TaskId } from '@vcp/protocol'
import type { Applier } from '../apply.ts'
import { assertHolds } from '../invariants.ts'
import { nodeOf, refreshOpen } from '../nodes/apply.ts'
import { engineKey, type NodeRecord, operatorOf } from '../nodes/node-record.ts'
import type { State } from '../state.ts'
import { lookFurther, settle, taskOf } from './apply-tasks.ts'
import { type Assignment, assignmentOf, type TaskRecord, UNLIMITED } from './task-record.ts'

interface OfLease {
  readonly task_id: TaskId
  readonly peer_id: PeerId
  readonly lease_epoch: number
}

export const assignmentAppliers = {
  'assignment-offered': ((state, event, { atMs }) => {
    const task = taskOf(state, event.task_id)
    const node = nodeOf(state, event.peer_id)
    assertHolds(event.lease_epoch === task.epoch + 1, 'a lease epoch is used again')
    assertHolds(!node.open.has(task.taskId), 'a node is offered what it has')
    task.epoch = event.lease_epoch
    task.assignments.push({
      peerId: event.peer_id,
      epoch: event.lease_epoch,
      offeredAtMs: atMs,
      operator: operatorOf(node),
      state: 'offered',
      leaseEndsAtMs: event.lease_ends_at_ms,
      acceptedAtMs: null,
      endedAtMs: null,
      declined: null,
      reason: null,
      commitment: null,
      updates: 0,
      trainsFor: null,
      receipt: null,
      held: null,
      isProofAsked: false,
      committedIndex: null,
      revealedIndex: null,
    })
    watch(state, task, event.lease_epoch, event.lease_ends_at_ms)
    settle(state, task, atMs)
    refreshOpen(state, event.peer_id, task.taskId)
  }) satisfies Applier<'assignment-offered'>,

  'assignment-accepted': ((state, event, { atMs }) => {
    const { task, assignment } = leaseOf(state, event, ['offered'])
    assignment.state = 'running'
    assignment.acceptedAtMs = atMs
    assignment.leaseEndsAtMs = event.lease_ends_at_ms
    watch(state, task, assignment.epoch, event.lease_ends_at_ms)
    settle(state, task, atMs)
  }) satisfies Applier<'assignment-accepted'>,

  'lease-renewed': ((state, event) => {
    const { task, assignment } = leaseOf(state, event, ['running', 'committed'])
    assignment.leaseEndsAtMs = event.lease_ends_at_ms
    watch(state, task, assignment.epoch, event.lease_ends_at_ms)
  }) satisfies Applier<'lease-renewed'>,

  'assignment-declined': ((state, event, { atMs }) => {
    const { assignment } = leaseOf(state, event, ['offered'])
    assignment.declined = event.reason
    finish(state, event, 'declined', atMs)
  }) satisfies Applier<'assignment-declined'>,

  'assignment-ended': ((state, event, { atMs }) => {
    const { task, assignment } = leaseOf(state, event, null)
    assignment.declined = event.code ?? null
    assignment.reason = event.reason
    finish(state, event, event.state, atMs)
    if (event.state !== 'lost') return
    task.failures += 1
    const node = state.nodes.get(event.peer_id)
    if (node === undefined) return
    node.failed += 1
    distrust(node, task)
  }) satisfies Applier<'assignment-ended'>,

  'result-committed': ((state, { peer_id, commitment }, { index, atMs }) => {
    const { task, assignment } = leaseOf(state, { ...commitment, peer_id }, ['running'])
    assignment.state = 'committed'
    assignment.commitment = commitment
    assignment.committedIndex = index
    assignment.leaseEndsAtMs = UNLIMITED
    settle(state, task, atMs)
    refreshOpen(state, peer_id, task.taskId)
  }) satisfies Applier<'result-committed'>,

  'receipt-revealed': ((state, { receipt }, { index, atMs }) => {
    const event = { ...receipt.payload, peer_id: receipt.peer_id }
    const { task, assignment } = leaseOf(state, event, ['committed'])
    assignment.state = 'revealed'
    assignment.receipt = receipt.payload
    assignment.held = null
    assignment.revealedIndex = index
    assignment.leaseEndsAtMs = UNLIMITED
    settle(state, task, atMs)
  }) satisfies Applier<'receipt-revealed'>,

  'receipt-validated': ((state, event, { atMs }) => {
    const { task, assignment } = leaseOf(state, event, ['revealed', 'running'])
    const node = state.nodes.get(event.peer_id)
    if (node !== undefined) {
      node.succeeded += 1
      if (event.level !== 'signed' && assignment.receipt !== null) {
        const key = engineKey(assignment.receipt.engine)
        node.trust.set(key, (node.trust.get(key) ?? 0) + 1)
      }
    }
    finish(state, event, 'validated', atMs, task)
  }) satisfies Applier<'receipt-validated'>,

  'receipt-rejected': ((state, event, { atMs }) => {
    const { task, assignment } = leaseOf(state, event, ['committed', 'revealed'])
    assignment.reason = event.reason
    const node = state.nodes.get(event.peer_id)
    if (node !== undefined) {
      node.failed += 1
      distrust(node, task)
    }
    task.failures += 1
    finish(state, event, 'rejected', atMs)
  }) satisfies Applier<'receipt-rejected'>,
}

function leaseOf(
  state: State,
  { task_id, peer_id, lease_epoch }: OfLease,
  expected: readonly AssignmentState[] | null,
): { task: TaskRecord; assignment: Assignment } {
  const task = taskOf(state, task_id)
  const assignment = assignmentOf(task, peer_id)
  assertHolds(assignment?.epoch === lease_epoch, 'an event of a lease that is not the newest')
  const isExpected = expected === null || expected.includes(assignment.state)
  assertHolds(isExpected, `an assignment is ${assignment.state}, not ${expected?.join(' or ')}`)
  return { task, assignment }
}

function finish(
  state: State,
  { task_id, peer_id }: OfLease,
  as: AssignmentState,
  atMs: number,
  task = taskOf(state, task_id),
): void {
  const assignment = assignmentOf(task, peer_id)!
  assignment.state = as
  assignment.endedAtMs = atMs
  assignment.held = null
  settle(state, task, atMs)
  refreshOpen(state, peer_id, task_id)
  if (as !== 'validated') lookFurther(state, task, atMs)
}

function distrust(node: NodeRecord, { type }: TaskRecord): void {
  const engine = node.registration.capabilities.engines[type]
  if (engine !== undefined) node.trust.delete(engineKey(engine))
}

function watch(state: State, { taskId }: TaskRecord, leaseEpoch: number, untilMs: number): void {
  state.timers.set(untilMs, { kind: 'lease', taskId, leaseEpoch })
}
