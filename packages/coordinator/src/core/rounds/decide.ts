import { pass, refuse } from '@vcp/protocol'
import type { Decider } from '../decide.ts'
import { taskOf } from '../tasks/apply-tasks.ts'
import { holdOf } from '../tasks/reports.ts'
import { closeRound, completeTraining } from './close.ts'
import { openRoundIfReady } from './open.ts'

export const roundDeciders = {
  'update-received': ((turn, { peerId, update }) => {
    const record = turn.state.rounds.get(update.round_id)
    if (record === undefined) return refuse('NOT_FOUND', `there is no round ${update.round_id}`)
    const { round, updates } = record
    const known = updates.get(peerId)
    if (known !== undefined) {
      const isSame = known.delta_digest === update.delta_digest
      return isSame ? pass(null) : refuse('UPDATE_KNOWN', 'the first update of a node counts')
    }
    if (round.state !== 'open') return refuse('ROUND_CLOSED', `the round is ${round.state}`)
    const held = holdOf(turn, update.task_id, peerId, update.lease_epoch, ['running'])
    if (!held.ok) return held
    const reason = objectionTo()
    if (reason !== null) {
      turn.emit({ type: 'update-refused', peer_id: peerId, round_id: round.round_id, reason })
      return refuse('INVALID', reason)
    }
    turn.emit({ type: 'update-accepted', peer_id: peerId, update })
    if (updates.size === round.participants.length) closeRound(turn, record)
    return pass(null)

    function objectionTo(): string | null {
      if (update.task_id !== round.task_id) return 'the round is of another task'
      if (!round.participants.includes(peerId)) return 'the node does not take part in the round'
      if (update.base_model !== round.model_in) return 'the update is to another model'
      return null
    }
  }) satisfies Decider<'update-received'>,

  'round-aggregated': ((turn, { roundId, model, loss, accuracy, epsilonSpent }) => {
    const record = turn.state.rounds.get(roundId)
    if (record === undefined) return refuse('NOT_FOUND', `there is no round ${roundId}`)
    if (record.round.state === 'finalised') return pass(null)
    if (record.round.state !== 'aggregating') {
      return refuse('CONFLICT', `the round is ${record.round.state}`)
    }
    const task = taskOf(turn.state, record.round.task_id)
    const measured = { loss, accuracy, epsilon_spent: epsilonSpent }
    const round = { ...record.round, ...measured, state: 'finalised', model_out: model } as const
    turn.emit({ type: 'round-finalised', round })
    turn.want({ type: 'announce-round', roundId })
    const { spec, training } = task
    if (spec?.task_type !== 'federated_learning') return pass(null)
    if (training!.roundsDone >= spec.inputs.rounds) completeTraining(turn, task)
    else openRoundIfReady(turn, task)
    return pass(null)
  }) satisfies Decider<'round-aggregated'>,
}
