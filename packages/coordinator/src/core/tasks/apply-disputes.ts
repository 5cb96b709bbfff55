import { type TaskId, traceDepth } from '@vcp/protocol'
import type { Applier } from '../apply.ts'
import { assertHolds } from '../invariants.ts'
import type { State } from '../state.ts'
import { taskOf } from './apply-tasks.ts'
import type { Dispute, TaskRecord } from './task-record.ts'

export const disputeAppliers = {
  'dispute-opened': ((state, { task_id, one, other, one_root, other_root }, { atMs }) => {
    const task = taskOf(state, task_id)
    assertHolds(task.dispute === null, 'a dispute is opened twice')
    assertHolds(one_root !== other_root, 'a dispute over one trace')
    task.dispute = {
      one,
      other,
      level: traceDepth,
      index: 0,
      hashes: { one: one_root, other: other_root },
      answers: { one: null, other: null },
      answerUntilMs: 0,
      referee: null,
      refereeUntilMs: 0,
    }
    awaitAnswers(state, task, task.dispute, atMs)
  }) satisfies Applier<'dispute-opened'>,

  'dispute-narrowed': ((state, { task_id, level, index, one_hash, other_hash }, { atMs }) => {
    const dispute = disputeOf(state, task_id)
    assertHolds(level === dispute.level - 1, 'a dispute skips a level')
    dispute.level = level
    dispute.index = index
    dispute.hashes = { one: one_hash, other: other_hash }
    dispute.answers = { one: null, other: null }
    awaitAnswers(state, taskOf(state, task_id), dispute, atMs)
  }) satisfies Applier<'dispute-narrowed'>,

  'referee-chosen': ((state, { task_id, peer_id, until_ms }) => {
    const dispute = disputeOf(state, task_id)
    dispute.referee = peer_id
    dispute.refereeUntilMs = until_ms
    state.timers.set(until_ms, { kind: 'referee', taskId: task_id })
  }) satisfies Applier<'referee-chosen'>,

  'dispute-settled': ((state, { task_id, loser }) => {
    disputeOf(state, task_id)
    taskOf(state, task_id).dispute = null
    const node = state.nodes.get(loser)
    if (node === undefined) return
    node.disputesLost += 1
    state.matcher.changed(node)
  }) satisfies Applier<'dispute-settled'>,

  'dispute-dropped': ((state, { task_id }) => {
    disputeOf(state, task_id)
    taskOf(state, task_id).dispute = null
  }) satisfies Applier<'dispute-dropped'>,
}

function awaitAnswers(state: State, task: TaskRecord, dispute: Dispute, atMs: number): void {
  dispute.answerUntilMs = atMs + task.spec!.timeouts.deliver_seconds * 1_000
  watchAnswers(state, task.taskId, dispute, atMs)
}

/** Sets the timer at which those who have not answered are asked once more, or given up. */
export function watchAnswers(
  { timers, settings }: State,
  taskId: TaskId,
  { answerUntilMs, level }: Dispute,
  nowMs: number,
): void {
  timers.set(Math.min(nowMs + settings.offerMs, answerUntilMs), { kind: 'trace', taskId, level })
}

export function disputeOf(state: State, taskId: TaskId): Dispute {
  const { dispute } = taskOf(state, taskId)
  assertHolds(dispute !== null, `there is no dispute over task ${taskId}`)
  return dispute
}
