import type { Round, RoundId } from '@vcp/protocol'
import type { Applier } from '../apply.ts'
import { assertHolds } from '../invariants.ts'
import type { State } from '../state.ts'
import { taskOf } from '../tasks/apply-tasks.ts'
import { assignmentOf, type Training } from '../tasks/task-record.ts'
import type { RoundRecord } from './round-record.ts'

export const roundAppliers = {
  'round-opened': ((state, { round, asked }) => {
    assertHolds(!state.rounds.has(round.round_id), 'a round is opened twice')
    state.rounds.set(round.round_id, { round, updates: new Map(), refused: new Set() })
    state.timers.set(round.closes_at_ms, { kind: 'round', roundId: round.round_id })
    trainingOf(state, round).round = round.round_id
    const task = taskOf(state, round.task_id)
    for (const peerId of asked ?? []) assignmentOf(task, peerId)!.trainsFor = round.round_id
  }) satisfies Applier<'round-opened'>,

  'update-accepted': ((state, { peer_id, update, counts_in }) => {
    const record = roundOf(state, counts_in ?? update.round_id)
    assertHolds(record.round.state === 'open', 'an update to a round that is closed')
    assertHolds(!record.updates.has(peer_id), 'a second update of one node')
    record.updates.set(peer_id, update)
    const assignment = assignmentOf(taskOf(state, update.task_id), peer_id)!
    assignment.updates += 1
    assignment.trainsFor = null
    record.round = { ...record.round, updates_accepted: record.updates.size }
    const training = trainingOf(state, record.round)
    const spent = update.privacy?.epsilon ?? null
    if (spent !== null) training.epsilonSpent = Math.max(spent, training.epsilonSpent ?? 0)
  }) satisfies Applier<'update-accepted'>,

  'update-refused': ((state, { round_id, peer_id }) => {
    const record = roundOf(state, round_id)
    record.refused.add(peer_id)
    // A journal may have refused updates of nodes that were never given this task.
    const assignment = assignmentOf(taskOf(state, record.round.task_id), peer_id)
    if (assignment !== undefined) assignment.trainsFor = null
    record.round = { ...record.round, refused: record.round.refused + 1 }
  }) satisfies Applier<'update-refused'>,

  'round-closed': ((state, { round_id }) => {
    const record = roundOf(state, round_id)
    assertHolds(record.round.state === 'open', 'a round is closed twice')
    record.round = { ...record.round, state: 'aggregating' }
    trainingOf(state, record.round).releases += 1
  }) satisfies Applier<'round-closed'>,

  'round-finalised': ((state, { round, contributions, clip_norm_next: clipNorm }) => {
    const record = roundOf(state, round.round_id)
    assertHolds(record.round.state === 'aggregating', 'a round is final before it is closed')
    assertHolds(round.model_out !== null, 'a round is final without a model')
    record.round = round
    record.updates.clear()
    record.refused.clear()
    const training = trainingOf(state, round)
    training.model = round.model_out
    training.strategyState = round.strategy_state
    training.clipNorm = clipNorm ?? training.clipNorm
    training.roundsDone += 1
    training.roundsFailed = 0
    training.round = null
    // Nodes come and go in so long a task; a round that succeeded clears what was held against it.
    taskOf(state, round.task_id).failures = 0
    for (const { peer_id, points } of contributions) {
      if (points > 0) training.points.set(peer_id, (training.points.get(peer_id) ?? 0) + points)
    }
  }) satisfies Applier<'round-finalised'>,

  'round-abandoned': ((state, { round_id, excused }) => {
    const record = roundOf(state, round_id)
    const { state: was } = record.round
    assertHolds(was === 'open' || was === 'aggregating', 'a round that has ended is abandoned')
    record.round = { ...record.round, state: 'abandoned' }
    record.updates.clear()
    record.refused.clear()
    const training = trainingOf(state, record.round)
    if (excused !== true) training.roundsFailed += 1
    training.round = null
    // Whoever was at work is asked anew: why it sent nothing is not known.
    for (const assignment of taskOf(state, record.round.task_id).assignments) {
      assignment.trainsFor = null
    }
  }) satisfies Applier<'round-abandoned'>,
}

export function roundOf(state: State, roundId: RoundId): RoundRecord {
  const record = state.rounds.get(roundId)
  assertHolds(record !== undefined, `there is no round ${roundId}`)
  return record
}

function trainingOf(state: State, { task_id }: Round): Training {
  const { training } = taskOf(state, task_id)
  assertHolds(training !== null, `the task ${task_id} trains nothing`)
  return training
}
