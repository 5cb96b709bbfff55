import { pass, refuse } from '@vcp/protocol'
import type { Decider } from '../decide.ts'
import { type NodeRecord, payeeOf } from '../nodes/node-record.ts'
import type { TaskRecord } from '../tasks/task-record.ts'
import type { Turn } from '../turn.ts'

const issuer = { kind: 'issuer' } as const

export const moneyDeciders = {
  'account-opened': ((turn, { accountId }) => {
    if (!turn.state.accounts.has(accountId)) {
      turn.emit({ type: 'account-opened', account_id: accountId })
    }
    return pass(null)
  }) satisfies Decider<'account-opened'>,

  'credits-issued': ((turn, { accountId, amountMicro }) => {
    if (!turn.state.accounts.has(accountId)) {
      return refuse('NOT_FOUND', `there is no account ${accountId}`)
    }
    const to = { kind: 'account', account_id: accountId } as const
    const objection = turn.state.books.objection({ from: issuer, to, amountMicro })
    if (objection !== null)
      return refuse('INVALID', `${amountMicro} cannot be issued: ${objection}`)
    turn.emit({
      type: 'credits-moved',
      from: issuer,
      to,
      amount_micro: amountMicro,
      reason: 'issued',
      task_id: null,
    })
    return pass(null)
  }) satisfies Decider<'credits-issued'>,
}

/** Puts the reward of a task aside, so that it is there when somebody has earned it. */
export function escrow(turn: Turn, { taskId, ownerId, rewardMicro }: TaskRecord): void {
  if (rewardMicro === 0) return
  turn.emit({
    type: 'credits-moved',
    from: { kind: 'account', account_id: ownerId },
    to: { kind: 'escrow', task_id: taskId },
    amount_micro: rewardMicro,
    reason: 'escrowed',
    task_id: taskId,
  })
}

/** Pays a node of the reward of a task. */
export function release(turn: Turn, task: TaskRecord, node: NodeRecord, amountMicro: number): void {
  if (amountMicro === 0) return
  turn.emit({
    type: 'credits-moved',
    from: { kind: 'escrow', task_id: task.taskId },
    to: payeeOf(node),
    amount_micro: amountMicro,
    reason: 'released',
    task_id: task.taskId,
  })
}

/** Shares the reward out evenly; what does not divide goes to the first. */
export function releaseEvenly(turn: Turn, task: TaskRecord, nodes: readonly NodeRecord[]): void {
  const share = Math.floor(task.rewardMicro / nodes.length)
  const rest = task.rewardMicro - share * nodes.length
  for (const [index, node] of nodes.entries()) {
    release(turn, task, node, share + (index === 0 ? rest : 0))
  }
}

/** Gives back whatever of the reward was not earned. */
export function refund(turn: Turn, { taskId, ownerId }: TaskRecord): void {
  const from = { kind: 'escrow', task_id: taskId } as const
  const left = turn.state.books.balance(from)
  if (left === 0) return
  turn.emit({
    type: 'credits-moved',
    from,
    to: { kind: 'account', account_id: ownerId },
    amount_micro: left,
    reason: 'refunded',
    task_id: taskId,
  })
}
