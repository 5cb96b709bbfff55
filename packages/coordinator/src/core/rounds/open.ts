import { failTask } from '../tasks/end.ts'
import { type Assignment, isLive, type TaskRecord } from '../tasks/task-record.ts'
import type { Turn } from '../turn.ts'
import { asksToTrain } from './ask-to-train.ts'
import { freeFor, isBuffered } from './buffered.ts'
import { endTraining, shortOfBudget } from './complete.ts'

/**
 * Opens the next round of a training when all its nodes are there, or enough of them once the time
 * to find more is over. Between rounds a node keeps its lease by reporting. A buffer waits for
 * nobody once there has been one.
 */
export function openRoundIfReady(turn: Turn, task: TaskRecord): void {
  if (!isLive(task) || task.spec.task_type !== 'federated_learning') return
  const training = task.training!
  if (training.round !== null) return
  const present = task.assignments.filter(({ state }) => state === 'running')
  const { inputs } = task.spec
  const isLate = task.matchUntilMs !== null && task.matchUntilMs <= turn.atMs
  const isEnough = isLate || (isBuffered(task) && training.roundsDone > 0)
  if (present.length < (isEnough ? inputs.updates_min : task.copies)) {
    if (isLate) tooFew(turn, task, present.length, inputs.updates_min)
    return
  }
  const roundId = turn.newRoundId()
  const number = training.roundsDone + 1
  const participants = present.map(({ peerId }) => peerId)
  turn.emit({
    type: 'round-opened',
    round: {
      round_id: roundId,
      task_id: task.taskId,
      number,
      state: 'open',
      model_in: training.model,
      model_out: null,
      participants,
      updates_accepted: 0,
      updates_min: inputs.updates_min,
      opened_at_ms: turn.atMs,
      closes_at_ms: turn.atMs + inputs.round_seconds * 1_000,
      loss: null,
      accuracy: null,
      epsilon_spent: null,
      strategy_state: null,
      refused: 0,
      ...(training.clipNorm === null ? {} : { clip_norm: training.clipNorm }),
      ...(inputs.secure_aggregation ? { secure: { roster: null, nodes: 0 } } : {}),
    },
    ...(isBuffered(task) ? { asked: freeFor(turn.state, task, number, participants) } : {}),
  })
  turn.want({ type: 'announce-round', roundId })
  for (const ask of asksToTrain(turn.state, roundId)) turn.want(ask)
}

function tooFew(turn: Turn, task: TaskRecord, present: number, least: number): void {
  const isSpent = task.assignments.some(isBudgetSpent)
  if (isSpent) endTraining(turn, task, shortOfBudget(present, least))
  else failTask(turn, task, `${present} nodes to train, ${least} needed`)
}

/** While a training is under way only a node that may train no more has its part accepted. */
function isBudgetSpent({ state, declined }: Assignment): boolean {
  return state === 'validated' || declined === 'budget_spent'
}
