// Data sets whose privacy budget is spent. Their nodes have done what they may: it is no failure of
// theirs, and the training goes on with the others for as long as they are enough.
import { openAssignments } from '../tasks/apply-tasks.ts'
import { fill, setCopies } from '../tasks/fill.ts'
import { type Assignment, isLive, type TaskRecord } from '../tasks/task-record.ts'
import type { Turn } from '../turn.ts'
import { abandonRound, closeIfAllIsIn } from './close.ts'
import { endTraining, shortOfBudget } from './complete.ts'
import { openRoundIfReady } from './open.ts'

/** What the node has earned stays its own; nothing more is asked of it. */
export function letRest(
  turn: Turn,
  task: TaskRecord,
  { peerId, epoch, state }: Assignment,
  reason: string,
): void {
  const lease = { task_id: task.taskId, peer_id: peerId, lease_epoch: epoch }
  const hasPart = state === 'running' && task.training!.points.has(peerId)
  if (hasPart) turn.emit({ type: 'receipt-validated', ...lease, level: 'signed' })
  else {
    const ended = { state: 'withdrawn', reason, code: 'budget_spent' } as const
    turn.emit({ type: 'assignment-ended', ...lease, ...ended })
  }
  turn.want({ type: 'withdraw-lease', peerId, taskId: task.taskId, leaseEpoch: epoch, reason })
  fill(turn, task)
  goOn(turn, task)
}

/** A node that was to take the place of another has declined. */
export function makeDo(turn: Turn, task: TaskRecord): void {
  if ((task.training?.roundsDone ?? 0) > 0) goOn(turn, task)
}

function goOn(turn: Turn, task: TaskRecord): void {
  if (!isLive(task) || task.spec.task_type !== 'federated_learning') return
  const { training } = task
  const { updates_min: least } = task.spec.inputs
  const left = openAssignments(task).length
  const round = training!.round === null ? undefined : turn.state.rounds.get(training!.round)
  // What is being put together is still worth having: the end comes when it is there.
  const isAggregating = round?.round.state === 'aggregating'
  if (left < least && !isAggregating) {
    const reason = shortOfBudget(left, least)
    if (round !== undefined) abandonRound(turn, round, reason)
    endTraining(turn, task, reason)
    return
  }
  if (left >= least && left < task.copies) {
    setCopies(turn, task, left, least, 'the budget of a data set is spent')
  }
  closeIfAllIsIn(turn, task)
  openRoundIfReady(turn, task)
}
