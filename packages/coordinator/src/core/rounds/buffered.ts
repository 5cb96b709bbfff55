// FedBuff in rounds: a round is one filled buffer. An update counts in the round that is open when
// it comes, whichever model it was made from, unless that is too old; so a slow node is waited for
// by nobody, and what it has done is not lost. A node is in a buffer once at most: however fast it
// is, it does not make a model alone.
import { type Outcome, type PeerId, pass, type Round, refuse, type Update } from '@vcp/protocol'
import type { State } from '../state.ts'
import { taskOf } from '../tasks/apply-tasks.ts'
import { assignmentOf, type TaskRecord } from '../tasks/task-record.ts'
import type { RoundRecord } from './round-record.ts'

export function isBuffered({ spec }: TaskRecord): boolean {
  return spec?.task_type === 'federated_learning' && spec.inputs.strategy === 'fedbuff'
}

/** The round that an update counts in, in a training of any kind; null where it is known. */
export function countsIn(
  state: State,
  made: RoundRecord,
  peerId: PeerId,
  update: Update,
): Outcome<RoundRecord | null> {
  const task = taskOf(state, made.round.task_id)
  const current = state.rounds.get(task.training?.round ?? made.round.round_id)
  const record = isBuffered(task) ? current : made
  const known = record?.updates.get(peerId)
  if (known?.round_id === update.round_id) {
    const isSame = known.delta_digest === update.delta_digest
    return isSame ? pass(null) : refuse('UPDATE_KNOWN', 'the first update of a node counts')
  }
  return isBuffered(task) ? intoBuffer() : intoItsOwn()

  function intoItsOwn(): Outcome<RoundRecord> {
    if (made.refused.has(peerId)) return refuse('INVALID', 'its update was refused before')
    const { state: reached } = made.round
    return reached === 'open' ? pass(made) : refuse('ROUND_CLOSED', `the round is ${reached}`)
  }

  function intoBuffer(): Outcome<RoundRecord> {
    if (assignmentOf(task, peerId)?.trainsFor !== update.round_id) {
      return refuse('ROUND_CLOSED', 'no update to this model is waited for: it is too old or known')
    }
    // For a moment nothing is taken, and the node sends it again.
    if (record?.round.state === 'open') return pass(record)
    return refuse('OVERLOADED', 'the buffer before is being put together')
  }
}

/** How many models there have been since the one that the update was made from. */
export function stalenessOf(state: State, { round }: RoundRecord, { round_id }: Update): number {
  return round.number - state.rounds.get(round_id)!.round.number
}

/** Until when an update to the model of a round may be of use at all. */
export function takenUntilMs(state: State, { task_id, closes_at_ms: closesAtMs }: Round): number {
  const spec = state.tasks.get(task_id)?.spec
  if (spec?.task_type !== 'federated_learning') return closesAtMs
  const { strategy, server, round_seconds: seconds } = spec.inputs
  return strategy === 'fedbuff' ? closesAtMs + 1_000 * seconds * server.staleness_max : closesAtMs
}

/** Who of these is given the model of a round: who is done with the one before, or too late. */
export function freeFor(
  state: State,
  task: TaskRecord,
  number: number,
  peers: readonly PeerId[],
): PeerId[] {
  const { spec } = task
  if (spec?.task_type !== 'federated_learning') return []
  const { staleness_max: most } = spec.inputs.server
  return peers.filter((peerId) => {
    const { trainsFor } = assignmentOf(task, peerId)!
    const made = trainsFor === null ? undefined : state.rounds.get(trainsFor)
    return made === undefined || number - made.round.number > most
  })
}
