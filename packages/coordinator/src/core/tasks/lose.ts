// Assignments that come to nothing.
import type { DeclineReason } from '@vcp/protocol'
import type { NodeRecord } from '../nodes/node-record.ts'
import { closeIfAllIsIn } from '../rounds/close.ts'
import type { Turn } from '../turn.ts'
import { fill } from './fill.ts'
import { type Assignment, assignmentOf, isOpen, type TaskRecord } from './task-record.ts'
import { verify } from './verify.ts'

/** Ends an assignment that brings no result, and looks for another node. */
export function lose(
  turn: Turn,
  task: TaskRecord,
  assignment: Assignment,
  reason: string,
  code: DeclineReason | null = null,
): void {
  const { peerId, epoch } = assignment
  const { taskId, dispute } = task
  if (dispute !== null && (dispute.one === peerId || dispute.other === peerId)) {
    turn.emit({ type: 'dispute-dropped', task_id: taskId, reason: 'a party is gone' })
  }
  const lease = { task_id: taskId, peer_id: peerId, lease_epoch: epoch }
  const why = code === null ? { reason } : { reason, code }
  turn.emit({ type: 'assignment-ended', ...lease, state: 'lost', ...why })
  turn.want({ type: 'withdraw-lease', peerId, taskId, leaseEpoch: epoch, reason })
  fill(turn, task)
  verify(turn, task)
  closeIfAllIsIn(turn, task)
}

/** Ends everything that a node has in its hands. */
export function loseAll(turn: Turn, node: NodeRecord, reason: string): void {
  for (const taskId of [...node.open]) {
    const task = turn.state.tasks.get(taskId)
    const assignment = task === undefined ? undefined : assignmentOf(task, node.peerId)
    if (task !== undefined && assignment !== undefined && isOpen(assignment)) {
      lose(turn, task, assignment, reason)
    }
  }
}
