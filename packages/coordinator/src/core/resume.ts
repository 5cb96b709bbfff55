// After a restart: what is owed to the world, and the timers, from the state alone. What was wanted
// before may be wanted again; whoever carries it out does not mind.
import { isEnded } from '@vcp/protocol'
import type { Effect } from './effects.ts'
import { watchSilence } from './nodes/liveness.ts'
import { asksToTrain } from './rounds/ask-to-train.ts'
import type { State } from './state.ts'
import { type Assignment, isLive, isOpen, type LiveTask, UNLIMITED } from './tasks/task-record.ts'

export function resume(state: State, clockMs: number): readonly Effect[] {
  const effects: Effect[] = []
  const atMs = Math.max(clockMs, state.atMs)
  // What has run out meanwhile is not held against those who could not reach us.
  const soonestMs = atMs + state.settings.leaseMs
  state.timers.clear()
  for (const node of state.nodes.values()) {
    // Silence is counted from now: it was we who could not hear.
    node.lastSeenMs = atMs
    node.isWatched = false
    watchSilence(state, node, atMs)
  }
  for (const task of state.tasks.values()) {
    if (isEnded(task.state) || !isLive(task)) continue
    const matchUntilMs = task.matchUntilMs ?? atMs
    const matching = { kind: 'match', taskId: task.taskId } as const
    if (matchUntilMs > atMs) state.timers.set(atMs, matching)
    state.timers.set(Math.max(matchUntilMs, soonestMs), matching)
    for (const assignment of task.assignments.filter(isOpen)) {
      resumeAssignment(state, task, assignment, soonestMs, effects)
    }
    resumeDispute(state, task, soonestMs, effects)
  }
  for (const { round } of state.rounds.values()) {
    const { round_id: roundId, closes_at_ms } = round
    if (round.state === 'open') {
      state.timers.set(Math.max(closes_at_ms, soonestMs), { kind: 'round', roundId })
      effects.push({ type: 'announce-round', roundId }, ...asksToTrain(state, roundId))
    }
    if (round.state === 'aggregating') {
      effects.push({ type: 'aggregate-round', roundId, modelIn: round.model_in })
    }
  }
  return effects
}

function resumeAssignment(
  state: State,
  { taskId, spec, training }: LiveTask,
  { peerId, epoch, state: reached, leaseEndsAtMs, trainsFor }: Assignment,
  soonestMs: number,
  effects: Effect[],
): void {
  const lease = { peerId, taskId, leaseEpoch: epoch }
  if (leaseEndsAtMs !== UNLIMITED) {
    const untilMs = Math.max(leaseEndsAtMs, soonestMs)
    const respite = untilMs > leaseEndsAtMs ? ({ isRespite: true } as const) : {}
    state.timers.set(untilMs, { kind: 'lease', taskId, leaseEpoch: epoch, ...respite })
  }
  if (reached === 'committed' && leaseEndsAtMs !== UNLIMITED)
    effects.push({ type: 'ask-to-reveal', ...lease })
  // Those of the open round are asked with it.
  if (trainsFor !== null && trainsFor !== training?.round) {
    effects.push({ type: 'ask-to-train', ...lease, roundId: trainsFor })
  }
  if (reached !== 'offered') return
  const ids = { task_id: taskId, peer_id: peerId, lease_epoch: epoch }
  const offer = { ...ids, lease_ends_at_ms: leaseEndsAtMs, task: spec }
  effects.push({ type: 'send-offer', peerId, offer })
}

function resumeDispute(
  state: State,
  { taskId, dispute, assignments }: LiveTask,
  soonestMs: number,
  effects: Effect[],
): void {
  if (dispute === null) return
  const { one, other, level, index, referee, refereeUntilMs } = dispute
  if (referee !== null) {
    state.timers.set(Math.max(refereeUntilMs, soonestMs), { kind: 'referee', taskId })
    effects.push({ type: 'ask-for-rerun', peerId: referee, taskId, checkpoint: index })
    return
  }
  state.timers.set(soonestMs, { kind: 'trace', taskId, level })
  for (const peerId of [one, other]) {
    const leaseEpoch = assignments.findLast((each) => each.peerId === peerId)!.epoch
    effects.push({ type: 'ask-for-trace', peerId, taskId, leaseEpoch, level, index })
  }
}
