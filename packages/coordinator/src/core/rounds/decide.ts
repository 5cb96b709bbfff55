import { type Outcome, pass, type RoundId, refuse } from '@vcp/protocol'
import type { Decider } from '../decide.ts'
import { taskOf } from '../tasks/apply-tasks.ts'
import { holdOf } from '../tasks/reports.ts'
import { isLive } from '../tasks/task-record.ts'
import type { Turn } from '../turn.ts'
import { abandonRound, closeIfAllIsIn, giveUp } from './close.ts'
import { completeTraining, endTraining } from './complete.ts'
import { openRoundIfReady } from './open.ts'
import { pointsFor } from './reward.ts'
import type { RoundRecord } from './round-record.ts'

export const roundDeciders = {
  'update-received': ((turn, { peerId, update, objection }) => {
    const record = turn.state.rounds.get(update.round_id)
    if (record === undefined) return refuse('NOT_FOUND', `there is no round ${update.round_id}`)
    const { round, updates } = record
    const known = updates.get(peerId)
    if (known !== undefined) {
      const isSame = known.delta_digest === update.delta_digest
      return isSame ? pass(null) : refuse('UPDATE_KNOWN', 'the first update of a node counts')
    }
    if (record.refused.has(peerId)) return refuse('INVALID', 'its update was refused before')
    if (round.state !== 'open') return refuse('ROUND_CLOSED', `the round is ${round.state}`)
    const held = holdOf(turn, update.task_id, peerId, update.lease_epoch, ['running'])
    if (!held.ok) return held
    const reason = objectionTo() ?? objection
    if (reason !== null) {
      turn.emit({ type: 'update-refused', peer_id: peerId, round_id: round.round_id, reason })
      closeIfAllIsIn(turn, held.value.task)
      return refuse('INVALID', reason)
    }
    turn.emit({ type: 'update-accepted', peer_id: peerId, update })
    closeIfAllIsIn(turn, held.value.task)
    return pass(null)

    function objectionTo(): string | null {
      if (update.task_id !== round.task_id) return 'the round is of another task'
      if (!round.participants.includes(peerId)) return 'the node does not take part in the round'
      if (update.base_model !== round.model_in) return 'the update is to another model'
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
      },
      contributions: contributions.map((each) => {
        const at = counted.indexOf(each)
        return { ...each, points: at < 0 ? 0 : points[at]! }
      }),
    })
    turn.want({ type: 'announce-round', roundId })
    const { spec, training } = task
    if (spec?.task_type !== 'federated_learning') return pass(null)
    if (training!.roundsDone >= spec.inputs.rounds) completeTraining(turn, task)
    else openRoundIfReady(turn, task)
    return pass(null)
  }) satisfies Decider<'round-aggregated'>,

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

/** Null where it has ended meanwhile: what is told twice is told once. */
function aggregating({ state }: Turn, roundId: RoundId): Outcome<RoundRecord | null> {
  const record = state.rounds.get(roundId)
  if (record === undefined) return refuse('NOT_FOUND', `there is no round ${roundId}`)
  if (record.round.state === 'aggregating') return pass(record)
  const hasEnded = record.round.state !== 'open'
  return hasEnded ? pass(null) : refuse('CONFLICT', 'the round is still open')
}
