import {
  type Contribution,
  type Outcome,
  type PeerId,
  pass,
  type RoundId,
  refuse,
} from '@vcp/protocol'
import type { Decider } from '../decide.ts'
import type { State } from '../state.ts'
import { taskOf } from '../tasks/apply-tasks.ts'
import { holdOf } from '../tasks/reports.ts'
import { isLive } from '../tasks/task-record.ts'
import type { Turn } from '../turn.ts'
import { countsIn, isBuffered, stalenessOf } from './buffered.ts'
import { abandonRound, closeIfAllIsIn, closeRound, giveUp } from './close.ts'
import { completeTraining, endTraining } from './complete.ts'
import { openRoundIfReady } from './open.ts'
import { pointsFor } from './reward.ts'
import type { RoundRecord } from './round-record.ts'

export const roundDeciders = {
  'update-received': ((turn, { peerId, update, objection }) => {
    const made = turn.state.rounds.get(update.round_id)
    if (made === undefined) return refuse('NOT_FOUND', `there is no round ${update.round_id}`)
    if (update.task_id !== made.round.task_id) {
      return refuse('INVALID', 'the round is of another task')
    }
    const found = countsIn(turn.state, made, peerId, update)
    if (!found.ok || found.value === null) return found.ok ? pass(null) : found
    const { round } = found.value
    const held = holdOf(turn, update.task_id, peerId, update.lease_epoch, ['running'])
    if (!held.ok) return held
    const { round_id } = round
    const reason = objectionTo() ?? objection
    if (reason !== null) {
      turn.emit({ type: 'update-refused', peer_id: peerId, round_id, reason })
      closeIfAllIsIn(turn, held.value.task)
      return refuse('INVALID', reason)
    }
    const place = round_id === update.round_id ? {} : { counts_in: round_id }
    turn.emit({ type: 'update-accepted', peer_id: peerId, update, ...place })
    closeIfAllIsIn(turn, held.value.task)
    return pass(null)

    function objectionTo(): string | null {
      if (!round.participants.includes(peerId)) return 'the node does not take part in the round'
      if (update.base_model !== made!.round.model_in) return 'the update is to another model'
      return null
    }
  }) satisfies Decider<'update-received'>,

  'round-aggregated': ((turn, { roundId, model, contributions, ...measured }) => {
    const found = aggregating(turn, roundId)
    if (!found.ok || found.value === null) return found.ok ? pass(null) : found
    const { round } = found.value
    const task = taskOf(turn.state, round.task_id)
    const counted = contributions.filter(({ left_out }) => left_out === null)
    const points = pointsFor(counted.map(({ accuracy }) => accuracy))
    turn.emit({
      type: 'round-finalised',
      round: {
        ...round,
        state: 'finalised',
        model_out: model,
        loss: measured.loss,
        accuracy: measured.accuracy,
        epsilon_spent: measured.epsilonSpent ?? task.training!.epsilonSpent,
        strategy_state: measured.strategyState,
        refused: round.refused + contributions.length - counted.length,
        ...(measured.secure === undefined ? {} : { secure: measured.secure }),
      },
      contributions: contributions.map((each) => {
        const at = counted.indexOf(each)
        const age = isBuffered(task) ? ageOf(turn.state, found.value!, each.peer_id) : {}
        return { ...each, ...age, points: at < 0 ? 0 : points[at]! }
      }),
      ...(measured.clipNormNext === null ? {} : { clip_norm_next: measured.clipNormNext }),
    })
    // Of a buffer nobody has to leave: who is at work on its model goes on.
    if (!isBuffered(task)) turn.want({ type: 'announce-round', roundId })
    const { spec, training } = task
    if (spec?.task_type !== 'federated_learning') return pass(null)
    if (training!.roundsDone >= spec.inputs.rounds) completeTraining(turn, task)
    else openRoundIfReady(turn, task)
    return pass(null)
  }) satisfies Decider<'round-aggregated'>,

  'words-ended': ((turn, { roundId }) => {
    const record = turn.state.rounds.get(roundId)
    if (record === undefined) return refuse('NOT_FOUND', `there is no round ${roundId}`)
    if (record.round.state === 'open' && record.round.secure !== undefined) closeRound(turn, record)
    return pass(null)
  }) satisfies Decider<'words-ended'>,

  'round-lost': ((turn, { roundId, reason, isOurs }) => {
    const record = turn.state.rounds.get(roundId)
    if (record === undefined) return refuse('NOT_FOUND', `there is no round ${roundId}`)
    const { state, secure } = record.round
    const isUnderWay = secure !== undefined && (state === 'open' || state === 'aggregating')
    if (isUnderWay) giveUp(turn, record, reason, isOurs)
    return pass(null)
  }) satisfies Decider<'round-lost'>,

  'aggregation-failed': ((turn, { roundId, reason, code }) => {
    const found = aggregating(turn, roundId)
    if (!found.ok || found.value === null) return found.ok ? pass(null) : found
    const task = taskOf(turn.state, found.value.round.task_id)
    if (code === 'budget_spent' && isLive(task)) {
      abandonRound(turn, found.value, reason)
      endTraining(turn, task, `budget_spent: ${reason}`)
    } else giveUp(turn, found.value, reason)
    return pass(null)
  }) satisfies Decider<'aggregation-failed'>,
}

function ageOf(state: State, record: RoundRecord, peerId: PeerId): Pick<Contribution, 'staleness'> {
  const update = record.updates.get(peerId)
  return update === undefined ? {} : { staleness: stalenessOf(state, record, update) }
}

/** Null where it has ended meanwhile: what is told twice is told once. */
function aggregating({ state }: Turn, roundId: RoundId): Outcome<RoundRecord | null> {
  const record = state.rounds.get(roundId)
  if (record === undefined) return refuse('NOT_FOUND', `there is no round ${roundId}`)
  if (record.round.state === 'aggregating') return pass(record)
  const hasEnded = record.round.state !== 'open'
  return hasEnded ? pass(null) : refuse('CONFLICT', 'the round is still open')
}
