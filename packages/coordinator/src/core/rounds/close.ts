import { isEnded } from '@vcp/protocol'
import { refund, release } from '../money/decide.ts'
import { taskOf } from '../tasks/apply-tasks.ts'
import { failTask, withdrawAll } from '../tasks/end.ts'
import { isOpen, type TaskRecord } from '../tasks/task-record.ts'
import type { Turn } from '../turn.ts'
import { openRoundIfReady } from './open.ts'
import type { RoundRecord } from './round-record.ts'

/** Ends the taking of updates: with enough of them they are put together, else it is given up. */
export function closeRound(turn: Turn, { round, updates }: RoundRecord): void {
  const { round_id, updates_min, task_id } = round
  if (updates.size >= updates_min) {
    turn.emit({ type: 'round-closed', round_id })
    turn.want({ type: 'aggregate-round', roundId: round_id, modelIn: round.model_in })
    return
  }
  const reason = `${updates.size} updates came in time, ${updates_min} are needed`
  turn.emit({ type: 'round-abandoned', round_id, reason })
  turn.want({ type: 'announce-round', roundId: round_id })
  const task = taskOf(turn.state, task_id)
  if (isEnded(task.state)) return
  if (task.training!.roundsFailed > turn.state.settings.roundFailuresMax) {
    failTask(turn, task, `${task.training!.roundsFailed} rounds in a row: ${reason}`)
  } else openRoundIfReady(turn, task)
}

/** The last model is the result of the training; who contributed to it shares the reward. */
export function completeTraining(turn: Turn, task: TaskRecord): void {
  const paid = []
  for (const { peerId, epoch, updates, ...rest } of task.assignments) {
    if (!isOpen({ ...rest, peerId, epoch, updates }) || updates === 0) continue
    const lease = { task_id: task.taskId, peer_id: peerId, lease_epoch: epoch }
    turn.emit({ type: 'receipt-validated', ...lease, level: 'signed' })
    const node = turn.state.nodes.get(peerId)
    if (node !== undefined) paid.push(node)
  }
  withdrawAll(turn, task, 'the training is complete')
  if (paid.length > 0) release(turn, task, paid)
  else refund(turn, task)
  const output = task.training!.model
  const ids = { task_id: task.taskId, level: 'signed', output } as const
  turn.emit({ type: 'task-completed', ...ids, provisional: false })
}
