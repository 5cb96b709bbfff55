// What a node did alone is as good as the node: when it fails an audit, the newest of it is run
// again by others. Each as a task of its own, so that the first keeps the one end that it had.
import { type TaskId, taskDigest } from '@vcp/protocol'
import type { Turn } from '../turn.ts'
import { taskOf } from './apply-tasks.ts'
import { fill, setCopies } from './fill.ts'
import { isLive } from './task-record.ts'

export function recheck(turn: Turn, checkedId: TaskId): void {
  const { recheckable, ownerId } = taskOf(turn.state, checkedId)
  if (recheckable === null) return
  const task = {
    ...recheckable,
    // The submitter has paid for it, and whoever ran it was paid.
    reward_micro: 0,
    verification: { ...recheckable.verification, level: 'replicated' as const, quorum: 2 },
  }
  const task_id = turn.newTaskId()
  const digest = taskDigest(task)
  turn.emit({ type: 'task-submitted', task_id, owner_id: ownerId, task_digest: digest, task })
  turn.emit({ type: 'recheck-ordered', task_id: checkedId, recheck_id: task_id })
  const record = taskOf(turn.state, task_id)
  setCopies(turn, record, 2, 2, `task ${checkedId} is run again: its node failed an audit`)
  if (isLive(record)) fill(turn, record)
}
