// Whose update a round waits for. The order to train goes to each of them by itself, for gossip
// promises nobody anything.
import type { PeerId, RoundId } from '@vcp/protocol'
import type { EffectOf } from '../effects.ts'
import type { State } from '../state.ts'
import { type Assignment, assignmentOf, isOpen, type TaskRecord } from '../tasks/task-record.ts'
import { isBuffered } from './buffered.ts'
import type { RoundRecord } from './round-record.ts'

/** The order to a node that has not sent its update; null where none is waited for. */
export function askToTrain(
  state: State,
  roundId: RoundId,
  peerId: PeerId,
): EffectOf<'ask-to-train'> | null {
  const record = state.rounds.get(roundId)
  const task = record === undefined ? undefined : state.tasks.get(record.round.task_id)
  if (record === undefined || task === undefined) return null
  const assignment = isBuffered(task)
    ? atWork(task, roundId, peerId)
    : record.round.state === 'open' && awaited(state, record, peerId)
  if (!assignment) return null
  return {
    type: 'ask-to-train',
    peerId,
    taskId: task.taskId,
    leaseEpoch: assignment.epoch,
    roundId,
  }
}

/** The round that a node is asked to train for, if it is; of FedBuff not always the newest. */
export function roundAskedOf(task: TaskRecord, assignment: Assignment): RoundId | null {
  return isBuffered(task) ? assignment.trainsFor : (task.training?.round ?? null)
}

export function asksToTrain(state: State, roundId: RoundId): readonly EffectOf<'ask-to-train'>[] {
  const participants = state.rounds.get(roundId)?.round.participants ?? []
  return participants.flatMap((peerId) => askToTrain(state, roundId, peerId) ?? [])
}

/** Participants that may still send an update. */
export function awaitedOf(state: State, record: RoundRecord): readonly PeerId[] {
  return record.round.participants.filter((peerId) => awaited(state, record, peerId) !== null)
}

function atWork(task: TaskRecord, roundId: RoundId, peerId: PeerId): Assignment | null {
  const assignment = assignmentOf(task, peerId)
  const isIt = assignment?.trainsFor === roundId && isOpen(assignment)
  return isIt ? assignment : null
}

function awaited(
  state: State,
  { round, updates, refused }: RoundRecord,
  peerId: PeerId,
): Assignment | null {
  const task = state.tasks.get(round.task_id)
  const assignment = task === undefined ? undefined : assignmentOf(task, peerId)
  if (!round.participants.includes(peerId)) return null
  if (updates.has(peerId) || refused.has(peerId)) return null
  return assignment !== undefined && isOpen(assignment) ? assignment : null
}
