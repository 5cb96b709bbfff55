import { type TaskId, traceDepth } from '@vcp/protocol'
import type { Applier } from '../apply.ts'
import { assertHolds } from '../invariants.ts'
import type { State } from '../state.ts'
import { taskOf } from './apply-tasks.ts'
import type { Dispute } from './task-record.ts'

export const disputeAppliers = {
  'dispute-opened': ((state, { task_id, one, other, one_root, other_root }) => {
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
      referee: null,
      refereeUntilMs: 0,
    }
  }) satisfies Applier<'dispute-opened'>,

  'dispute-narrowed': ((state, { task_id, level, index, one_hash, other_hash }) => {
    const dispute = disputeOf(state, task_id)
    assertHolds(level === dispute.level - 1, 'a dispute skips a level')
    dispute.level = level
    dispute.index = index
    dispute.hashes = { one: one_hash, other: other_hash }
    dispute.answers = { one: null, other: null }
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

export function disputeOf(state: State, taskId: TaskId): Dispute {
  const { dispute } = taskOf(state, taskId)
  assertHolds(dispute !== null, `there is no dispute over task ${taskId}`)
  return dispute
}
