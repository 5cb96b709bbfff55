// What nodes report of the work they were given. A report of another lease than the newest is about
// work that nobody waits for.
import {
  type AssignmentState,
  commitmentOf,
  isAskedOnce,
  limits,
  type Outcome,
  type PeerId,
  pass,
  refuse,
  reveals,
  type TaskId,
} from '@vcp/protocol'
import type { Decider } from '../decide.ts'
import { setStatus } from '../nodes/decide.ts'
import { rest } from '../nodes/rest.ts'
import { letRest, makeDo } from '../rounds/budget.ts'
import { openRoundIfReady } from '../rounds/open.ts'
import type { Turn } from '../turn.ts'
import { audit } from './audit.ts'
import { fill } from './fill.ts'
import { lose } from './lose.ts'
import { type Assignment, assignmentOf, isLive, mayShow, type TaskRecord } from './task-record.ts'
import { reject, verify } from './verify.ts'

/** Time beyond what the task may run, for fetching and for the way back. */
const GRACE_MS = 60_000

interface Held {
  readonly task: TaskRecord
  readonly assignment: Assignment
}

export const reportDeciders = {
  'offer-answered': ((turn, { peerId, answer }) => {
    const lease = { task_id: answer.task_id, peer_id: peerId, lease_epoch: answer.lease_epoch }
    const held = holdOf(turn, lease.task_id, peerId, lease.lease_epoch)
    if (!held.ok) return held
    const { task, assignment } = held.value
    if (assignment.state !== 'offered') return pass(null)
    if (answer.answer === 'accept') {
      const until = turn.atMs + leaseMsOf(turn, task)
      turn.emit({ type: 'assignment-accepted', ...lease, lease_ends_at_ms: until })
      openRoundIfReady(turn, task)
    } else {
      turn.emit({ type: 'assignment-declined', ...lease, reason: answer.reason })
      const node = turn.state.nodes.get(peerId)
      const declined = { reason: answer.reason, retryAfterSeconds: answer.retry_after_seconds }
      if (node !== undefined) rest(turn.state, node, declined, turn.atMs)
      fill(turn, task)
      if (answer.reason === 'budget_spent') makeDo(turn, task)
    }
    return pass(null)
  }) satisfies Decider<'offer-answered'>,

  'offer-undelivered': ((turn, { peerId, taskId, leaseEpoch, reason }) => {
    const held = holdOf(turn, taskId, peerId, leaseEpoch)
    if (!held.ok) return held
    const { task, assignment } = held.value
    if (assignment.state !== 'offered') return pass(null)
    const node = turn.state.nodes.get(peerId)
    // Offered no more until it is heard of again; whether it is dead its silence says.
    if (node?.status === 'online') setStatus(turn, node, 'degraded', node.mode)
    const lease = { task_id: taskId, peer_id: peerId, lease_epoch: leaseEpoch }
    turn.emit({ type: 'assignment-ended', ...lease, state: 'withdrawn', reason })
    // It may have heard the offer, and only its answer was lost.
    turn.want({ type: 'withdraw-lease', peerId, taskId, leaseEpoch, reason })
    fill(turn, task)
    return pass(null)
  }) satisfies Decider<'offer-undelivered'>,

  'progress-reported': ((turn, { peerId, progress }) => {
    const held = holdOf(turn, progress.task_id, peerId, progress.lease_epoch)
    if (!held.ok) return held
    const { task, assignment } = held.value
    if (assignment.state === 'running') renew(turn, task, assignment)
    return pass(null)
  }) satisfies Decider<'progress-reported'>,

  'run-failed': ((turn, { peerId, taskId, leaseEpoch, reason, code }) => {
    const held = holdOf(turn, taskId, peerId, leaseEpoch)
    if (!held.ok) return held
    const { task, assignment } = held.value
    const isDone = task.type === 'federated_learning' && code === 'budget_spent'
    if (isDone) letRest(turn, task, assignment, reason)
    else lose(turn, task, assignment, reason, code)
    return pass(null)
  }) satisfies Decider<'run-failed'>,

  'commitment-received': ((turn, { peerId, commitment }) => {
    const { task_id, lease_epoch } = commitment
    const held = holdOf(turn, task_id, peerId, lease_epoch, ['running', 'committed', 'revealed'])
    if (!held.ok) return held
    const { task, assignment } = held.value
    if (task.type === 'federated_learning') {
      return refuse('INVALID', 'a training has updates, never a result of one node')
    }
    if (assignment.commitment !== null) {
      const isSame = assignment.commitment.result_seal === commitment.result_seal
      return isSame ? pass(null) : refuse('CONFLICT', 'the node has committed to another result')
    }
    turn.emit({ type: 'result-committed', peer_id: peerId, commitment })
    audit(turn, task, assignment)
    verify(turn, task)
    return pass(null)
  }) satisfies Decider<'commitment-received'>,

  'receipt-received': ((turn, { receipt }) => {
    const { peer_id, payload } = receipt
    const { task_id, lease_epoch } = payload
    const task = turn.state.tasks.get(task_id)
    const known = task === undefined ? undefined : assignmentOf(task, peer_id)
    // A node sends its receipt until it hears that it has arrived.
    const isHere = known?.revealedIndex != null || known?.held != null
    if (known?.epoch === lease_epoch && isHere) return pass(null)
    const held = holdOf(turn, task_id, peer_id, lease_epoch, statesToShowIn(task))
    if (!held.ok) return held
    const { assignment } = held.value
    // What is shown before enough have committed is there for the others to copy.
    if (!mayShow(held.value.task, assignment)) {
      return refuse('CONFLICT', 'nobody has asked for it yet')
    }
    if (assignment.commitment === null) {
      const commitment = commitmentOf(peer_id, payload, turn.sha256)
      turn.emit({ type: 'result-committed', peer_id, commitment })
    } else if (!reveals(peer_id, payload, assignment.commitment!, turn.sha256)) {
      reject(turn, held.value.task, assignment, 'the receipt is not what was committed to')
      fill(turn, held.value.task)
      return refuse('SIGNATURE_INVALID', 'the receipt is not what was committed to')
    }
    // Others may still have to commit, if one of those who agree never shows its own.
    assignment.held = receipt
    verify(turn, held.value.task)
    return pass(null)
  }) satisfies Decider<'receipt-received'>,
}

/** A result that nobody else could copy is shown by who still runs it: it commits by that. */
function statesToShowIn(task: TaskRecord | undefined): readonly AssignmentState[] {
  const isAlone = task !== undefined && isLive(task) && isAskedOnce(task.spec)
  return isAlone ? ['running', 'committed'] : ['committed']
}

/** The task and the assignment that a report is about, if the lease is the node's newest. */
export function holdOf(
  { state }: Turn,
  taskId: TaskId,
  peerId: PeerId,
  leaseEpoch: number,
  states: readonly AssignmentState[] = ['offered', 'running'],
): Outcome<Held> {
  const task = state.tasks.get(taskId)
  const assignment = task === undefined ? undefined : assignmentOf(task, peerId)
  if (task === undefined || assignment === undefined) {
    return refuse('TASK_UNKNOWN', `the node was never given the task ${taskId}`)
  }
  if (assignment.epoch !== leaseEpoch || !states.includes(assignment.state)) {
    const newest = `the newest is ${assignment.epoch}, ${assignment.state}`
    return refuse('LEASE_STALE', `lease ${leaseEpoch} is over: ${newest}`)
  }
  return pass({ task, assignment })
}

/**
 * A training that is lost costs what its nodes have spent on the round; on a machine where nothing
 * gets its turn, half a minute without a word is no sign of death.
 */
function leaseMsOf({ state }: Turn, { type }: TaskRecord): number {
  const { leaseMs } = state.settings
  return type === 'federated_learning' ? 2 * leaseMs : leaseMs
}

/** A lease is renewed when a third of it has gone, and never beyond the time that the task has. */
function renew(turn: Turn, task: TaskRecord, assignment: Assignment): void {
  const leaseMs = leaseMsOf(turn, task)
  const seconds =
    task.type === 'federated_learning'
      ? Number.POSITIVE_INFINITY
      : (task.spec?.requirements.max_execution_seconds ?? limits.executionSecondsMax)
  const latest = assignment.acceptedAtMs! + seconds * 1_000 + GRACE_MS
  const until = Math.min(turn.atMs + leaseMs, latest)
  if (until - assignment.leaseEndsAtMs < leaseMs / 3) return
  extend(turn, task, assignment, until)
}

export function extend(
  turn: Turn,
  { taskId }: TaskRecord,
  { peerId, epoch }: Assignment,
  untilMs: number,
): void {
  const lease = { task_id: taskId, peer_id: peerId, lease_epoch: epoch }
  turn.emit({ type: 'lease-renewed', ...lease, lease_ends_at_ms: untilMs })
}
