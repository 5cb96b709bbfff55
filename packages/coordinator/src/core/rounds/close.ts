import { isEnded } from '@vcp/protocol'
import { taskOf } from '../tasks/apply-tasks.ts'
import { failTask } from '../tasks/end.ts'
import type { TaskRecord } from '../tasks/task-record.ts'
import type { Turn } from '../turn.ts'
import { awaitedOf } from './ask-to-train.ts'
import { isBuffered } from './buffered.ts'
import { openRoundIfReady } from './open.ts'
import type { RoundRecord } from './round-record.ts'

/** Ends the taking of updates: with enough of them they are put together, else it is given up. */
export function closeRound(turn: Turn, record: RoundRecord): void {
  const { round_id, updates_min, model_in: modelIn } = record.round
  const came = record.updates.size
  if (came >= updates_min) {
    turn.emit({ type: 'round-closed', round_id })
    turn.want({ type: 'aggregate-round', roundId: round_id, modelIn })
  } else giveUp(turn, record, `${came} updates came in time, ${updates_min} are needed`)
}

/** Nobody is waited for who will not come any more. */
export function closeIfAllIsIn(turn: Turn, task: TaskRecord): void {
  const { training } = task
  const record = training?.round == null ? undefined : turn.state.rounds.get(training.round)
  if (record?.round.state !== 'open') return
  const { updates, round } = record
  const isFull = isBuffered(task) && updates.size >= round.updates_min
  const coming = awaitedOf(turn.state, record).length
  if (isFull || coming === 0 || updates.size + coming < round.updates_min) closeRound(turn, record)
}

/** Its updates come to nothing; another round is tried on the same model, but not for ever. */
export function giveUp(turn: Turn, record: RoundRecord, reason: string, isExcused = false): void {
  abandonRound(turn, record, reason, isExcused)
  const task = taskOf(turn.state, record.round.task_id)
  if (isEnded(task.state)) return
  if (task.training!.roundsFailed > turn.state.settings.roundFailuresMax) {
    failTask(turn, task, `${task.training!.roundsFailed} rounds in a row: ${reason}`)
  } else openRoundIfReady(turn, task)
}

export function abandonRound(
  turn: Turn,
  { round }: RoundRecord,
  reason: string,
  isExcused = false,
): void {
  const excused = isExcused ? ({ excused: true } as const) : {}
  turn.emit({ type: 'round-abandoned', round_id: round.round_id, reason, ...excused })
  turn.want({ type: 'announce-round', roundId: round.round_id })
}
