// Gives a task the nodes it is short of. What it does not find now it waits for, in the queue of
// those that ask for the same.
import { copiesAsked, isSealedFrom } from '@vcp/protocol'
import { engineKey, type NodeRecord, operatorOf } from '../nodes/node-record.ts'
import type { Turn } from '../turn.ts'
import { openAssignments } from './apply-tasks.ts'
import { demandOfTask } from './demand.ts'
import { failTask } from './end.ts'
import { type Assignment, isLive, isOpen, type LiveTask, type TaskRecord } from './task-record.ts'

/** Waiting tasks that are tried for one change of a node. */
const TRIES = 16

export function fillStirred(turn: Turn): void {
  for (const taskId of turn.state.matcher.stirred(TRIES)) {
    const task = turn.state.tasks.get(taskId)
    if (task !== undefined) fill(turn, task)
  }
}

export function fill(turn: Turn, task: TaskRecord): void {
  if (!isLive(task) || task.dispute !== null) return
  while (openAssignments(task).length < task.copies) {
    const node = isPoison(turn, task) ? null : choose(turn, task)
    if (node === null) {
      if (isPoison(turn, task)) failTask(turn, task, exhausted(task))
      else wait(turn, task)
      return
    }
    if (task.copies === 1) decideCopies(turn, task, node)
    offer(turn, task, node)
  }
}

function isPoison({ state }: Turn, task: TaskRecord): boolean {
  const { failuresMax, assignmentsMax } = state.settings
  const isTraining = task.type === 'federated_learning'
  // Who declines, or was never reached, has not touched it; but a task that all decline goes on for
  // ever neither.
  const isUntouched = ({ state: ended, acceptedAtMs }: Assignment) =>
    ended === 'declined' || (ended === 'withdrawn' && acceptedAtMs === null)
  const declined = task.assignments.filter(isUntouched).length
  const touched = task.assignments.length - declined
  const isWornOut = touched >= assignmentsMax || declined >= 10 * assignmentsMax
  return task.failures > failuresMax || (!isTraining && isWornOut)
}

function exhausted({ failures, assignments }: TaskRecord): string {
  const said = assignments.findLast(({ reason }) => reason !== null)?.reason
  const last = said === undefined ? '' : `; the last one said: ${said}`
  return `given to ${assignments.length} nodes, of which ${failures} failed${last}`
}

function wait(turn: Turn, task: LiveTask): void {
  const { demand, key } = demandOfTask(turn.state, task)
  turn.state.matcher.wait(key, demand, task.taskId)
  const soonest = Math.min(...task.assignments.map((each) => restsUntilMs(turn, each)))
  if (soonest > turn.atMs && Number.isFinite(soonest)) {
    turn.state.timers.set(soonest, { kind: 'match', taskId: task.taskId })
  }
}

export function choose(turn: Turn, task: LiveTask): NodeRecord | null {
  const { demand, key } = demandOfTask(turn.state, task)
  const isAcceptable = (node: NodeRecord) => mayHave(turn, task, node)
  return turn.state.matcher.pick(key, demand, isAcceptable, turn.draw)
}

/** Two results of one operator are one voice; who failed may try again, but not at once. */
function mayHave(turn: Turn, task: TaskRecord, node: NodeRecord): boolean {
  if (task.spec !== null && isSealedFrom(node.peerId, task.spec)) return false
  const operator = operatorOf(node)
  return task.assignments.every((each) => {
    if (isOpen(each)) return each.peerId !== node.peerId && each.operator !== operator
    return each.peerId !== node.peerId || restsUntilMs(turn, each) <= turn.atMs
  })
}

/** Until when a node is not given the same task again; never again if its part in it is over. */
function restsUntilMs({ state }: Turn, assignment: Assignment): number {
  const { state: ended, endedAtMs, acceptedAtMs } = assignment
  const isForGood = ended === 'rejected' || ended === 'validated'
  if (isForGood || endedAtMs === null) return Number.POSITIVE_INFINITY
  // The offer never arrived: a node that is heard of again may have the next one.
  if (ended === 'withdrawn' && acceptedAtMs === null) return endedAtMs
  return endedAtMs + state.settings.offerMs
}

/**
 * How often a task is run. What its submitter asks for is kept to; where nothing is asked, a node
 * that has not yet earned trust with its engine is checked by another, if there is one.
 */
function decideCopies(turn: Turn, task: LiveTask, first: NodeRecord): void {
  const asked = copiesAsked(task.spec)
  if (asked !== null || task.type === 'federated_learning' || isTrusted(turn, task, first)) return
  const operator = operatorOf(first)
  const { demand, key } = demandOfTask(turn.state, task)
  const second = turn.state.matcher.pickOther(key, demand, operator, turn.draw)
  if (second !== null) setCopies(turn, task, 2, 2, 'the first node has not earned trust yet')
}

export function isTrusted({ state }: Turn, task: TaskRecord, node: NodeRecord): boolean {
  return trustOf(task, node) >= state.settings.trustAfter
}

export function trustOf({ type }: TaskRecord, node: NodeRecord): number {
  const engine = node.registration.capabilities.engines[type]
  return engine === undefined ? 0 : (node.trust.get(engineKey(engine)) ?? 0)
}

export function setCopies(
  turn: Turn,
  { taskId }: TaskRecord,
  copies: number,
  quorum: number,
  reason: string,
): void {
  turn.emit({ type: 'replication-set', task_id: taskId, copies, quorum, reason })
}

export function offer(turn: Turn, task: LiveTask, node: NodeRecord): void {
  const { taskId, spec } = task
  const given = {
    task_id: taskId,
    peer_id: node.peerId,
    lease_epoch: task.epoch + 1,
    lease_ends_at_ms: turn.atMs + turn.state.settings.offerMs,
  }
  turn.emit({ type: 'assignment-offered', ...given })
  turn.want({ type: 'send-offer', peerId: node.peerId, offer: { ...given, task: spec } })
}
