// The end of a training that has come to a model.
import { refund, release } from '../money/decide.ts'
import { failTask, withdrawAll } from '../tasks/end.ts'
import type { TaskRecord } from '../tasks/task-record.ts'
import type { Turn } from '../turn.ts'
import { earnedOf, sharesOf } from './reward.ts'

/** The last model is the result; who contributed to it shares the reward. */
export function completeTraining(turn: Turn, task: TaskRecord, reason: string | null = null): void {
  const { taskId } = task
  const { model, points } = task.training!
  const earned = earnedBy(task)
  const atWork = task.assignments.filter(({ state }) => state === 'running')
  for (const { peerId, epoch } of atWork.filter((each) => points.has(each.peerId))) {
    const lease = { task_id: taskId, peer_id: peerId, lease_epoch: epoch }
    turn.emit({ type: 'receipt-validated', ...lease, level: 'signed' })
    turn.want({ type: 'withdraw-lease', peerId, taskId, leaseEpoch: epoch, reason: COMPLETE })
  }
  withdrawAll(turn, task, COMPLETE)
  // Of a node that was removed meanwhile nobody is there to be paid.
  const payees = [...points].flatMap(([peerId, own]) => {
    const node = turn.state.nodes.get(peerId)
    return node === undefined ? [] : [{ node, own }]
  })
  const shares = sharesOf(
    earned,
    payees.map(({ own }) => own),
  )
  for (const [at, { node }] of payees.entries()) release(turn, task, node, shares[at]!)
  refund(turn, task)
  const ids = { task_id: taskId, level: 'signed', output: model } as const
  const why = reason === null ? {} : { reason }
  turn.emit({ type: 'task-completed', ...ids, provisional: false, ...why })
}

const COMPLETE = 'the training is complete'

/** Ends it with the model that it has, and without one in failure. */
export function endTraining(turn: Turn, task: TaskRecord, reason: string): void {
  const { roundsDone } = task.training!
  if (roundsDone === 0) failTask(turn, task, reason)
  else completeTraining(turn, task, `complete at round ${roundsDone}: ${reason}`)
}

export function shortOfBudget(left: number, least: number): string {
  return `budget_spent: ${left} of the ${least} nodes needed are left to train`
}

function earnedBy({ rewardMicro, spec, training }: TaskRecord): number {
  if (spec?.task_type !== 'federated_learning') return 0
  return earnedOf(rewardMicro, training!.roundsDone, spec.inputs.rounds)
}
