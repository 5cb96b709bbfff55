// How tasks end. Whatever way, nobody is left working on them and nothing is left in escrow.
import { refund } from '../money/decide.ts'
import type { Turn } from '../turn.ts'
import { openAssignments } from './apply-tasks.ts'
import type { TaskRecord } from './task-record.ts'

export function failTask(turn: Turn, task: TaskRecord, reason: string): void {
  withdrawAll(turn, task, `the task failed: ${reason}`)
  refund(turn, task)
  turn.emit({ type: 'task-failed', task_id: task.taskId, reason })
}

export function cancelTask(turn: Turn, task: TaskRecord, reason: string): void {
  withdrawAll(turn, task, 'the task was cancelled')
  refund(turn, task)
  turn.emit({ type: 'task-cancelled', task_id: task.taskId, reason })
}

/** Ends what is still open, through no fault of the nodes. */
export function withdrawAll(turn: Turn, task: TaskRecord, reason: string): void {
  if (task.dispute !== null) turn.emit({ type: 'dispute-dropped', task_id: task.taskId, reason })
  for (const { peerId, epoch } of openAssignments(task)) {
    const lease = { task_id: task.taskId, peer_id: peerId, lease_epoch: epoch }
    turn.emit({ type: 'assignment-ended', ...lease, state: 'withdrawn', reason })
    const { taskId } = task
    turn.want({ type: 'withdraw-lease', peerId, taskId, leaseEpoch: epoch, reason })
  }
}
