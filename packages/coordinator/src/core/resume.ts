// After a restart: what is owed to the world, and the timers, from the state alone. What was wanted
// before may be wanted again; whoever carries it out does not mind.
import { isEnded } from '@vcp/protocol'
import type { Effect } from './effects.ts'
import { watchSilence } from './nodes/liveness.ts'
import type { State } from './state.ts'
import { type Assignment, isLive, isOpen, type LiveTask } from './tasks/task-record.ts'

export function resume(state: State, atMs: number): readonly Effect[] {
  const effects: Effect[] = []
  state.timers.clear()
  for (const node of state.nodes.values()) {
    // Silence is counted from now: it was we who could not hear.
    node.lastSeenMs = atMs
    node.isWatched = false
    watchSilence(state, node, atMs)
  }
  for (const task of state.tasks.values()) {
    if (isEnded(task.state) || !isLive(task)) continue
    state.timers.set(atMs, { kind: 'match', taskId: task.taskId })
    state.timers.set(task.matchUntilMs ?? atMs, { kind: 'match', taskId: task.taskId })
    for (const assignment of task.assignments.filter(isOpen)) {
      resumeAssignment(state, task, assignment, effects)
    }
    resumeDispute(state, task, effects)
  }
  for (const { round } of state.rounds.values()) {
    const { round_id: roundId, closes_at_ms } = round
    if (round.state === 'open') {
      state.timers.set(closes_at_ms, { kind: 'round', roundId })
      effects.push({ type: 'announce-round', roundId })
    }
    if (round.state === 'aggregating') {
      effects.push({ type: 'aggregate-round', roundId, modelIn: round.model_in })
    }
  }
  return effects
}

function resumeAssignment(
  state: State,
  { taskId, spec }: LiveTask,
  { peerId, epoch, state: reached, leaseEndsAtMs }: Assignment,
  effects: Effect[],
): void {
  const lease = { peerId, taskId, leaseEpoch: epoch }
  const isTimed = leaseEndsAtMs !== Number.MAX_SAFE_INTEGER
  if (isTimed) state.timers.set(leaseEndsAtMs, { kind: 'lease', taskId, leaseEpoch: epoch })
  if (reached === 'committed' && isTimed) effects.push({ type: 'ask-to-reveal', ...lease })
  if (reached !== 'offered') return
  const ids = { task_id: taskId, peer_id: peerId, lease_epoch: epoch }
  const offer = { ...ids, lease_ends_at_ms: leaseEndsAtMs, task: spec }
  effects.push({ type: 'send-offer', peerId, offer })
}

function resumeDispute(
  state: State,
  { taskId, dispute, assignments }: LiveTask,
  effects: Effect[],
) {
  if (dispute === null) return
  const { one, other, level, index, referee, refereeUntilMs } = dispute
  if (referee !== null) {
    state.timers.set(refereeUntilMs, { kind: 'referee', taskId })
    effects.push({ type: 'ask-for-rerun', peerId: referee, taskId, checkpoint: index })
    return
  }
  for (const peerId of [one, other]) {
    const leaseEpoch = assignments.findLast((each) => each.peerId === peerId)!.epoch
    effects.push({ type: 'ask-for-trace', peerId, taskId, leaseEpoch, level, index })
  }
}
