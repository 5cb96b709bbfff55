// What is still owed to a node, from the state alone: so nothing has to be remembered of what was
// not delivered, and nothing is sent again that nobody waits for.
import type { PeerId } from '@vcp/protocol'
import type { EffectOf } from '../core/effects.ts'
import { askToTrain, roundAskedOf } from '../core/rounds/ask-to-train.ts'
import type { State } from '../core/state.ts'
import { unanswered } from '../core/tasks/open-dispute.ts'
import {
  type Assignment,
  assignmentOf,
  hasShown,
  isLive,
  type LiveTask,
  wasAskedToReveal,
} from '../core/tasks/task-record.ts'

/** What is asked again until it is answered. */
export type Asking = EffectOf<'ask-to-reveal' | 'ask-to-train' | 'ask-for-trace' | 'ask-for-rerun'>

export type Owed = EffectOf<'send-offer'> | Asking

export function isOwed(state: State, effect: Owed): boolean {
  const taskId = effect.type === 'send-offer' ? effect.offer.task_id : effect.taskId
  const task = state.tasks.get(taskId)
  if (task === undefined || !isLive(task)) return false
  const { peerId } = effect
  if (effect.type === 'ask-for-rerun') {
    return task.dispute?.referee === peerId && task.dispute.index === effect.checkpoint
  }
  const assignment = assignmentOf(task, peerId)
  const epoch = effect.type === 'send-offer' ? effect.offer.lease_epoch : effect.leaseEpoch
  if (assignment?.epoch !== epoch) return false
  switch (effect.type) {
    case 'send-offer':
      return assignment.state === 'offered'
    case 'ask-to-reveal':
      return owesReceipt(assignment)
    case 'ask-to-train':
      return askToTrain(state, effect.roundId, peerId) !== null
    case 'ask-for-trace':
      return owesTrace(task, peerId, effect.level, effect.index)
  }
}

/** Of a node that comes back: what it holds, and what it was to say of it. */
export function owedTo(state: State, peerId: PeerId): readonly Owed[] {
  const owed: Owed[] = []
  for (const taskId of state.nodes.get(peerId)?.open ?? []) {
    const task = state.tasks.get(taskId)
    const assignment = task === undefined ? undefined : assignmentOf(task, peerId)
    if (task === undefined || assignment === undefined || !isLive(task)) continue
    const { epoch: leaseEpoch, leaseEndsAtMs } = assignment
    const lease = { peerId, taskId, leaseEpoch }
    if (assignment.state === 'offered') {
      const ids = { task_id: taskId, peer_id: peerId, lease_epoch: leaseEpoch }
      const offer = { ...ids, lease_ends_at_ms: leaseEndsAtMs, task: task.spec }
      owed.push({ type: 'send-offer', peerId, offer })
    }
    if (owesReceipt(assignment)) owed.push({ type: 'ask-to-reveal', ...lease })
    const roundId = roundAskedOf(task, assignment)
    const toTrain = roundId === null ? null : askToTrain(state, roundId, peerId)
    if (toTrain !== null) owed.push(toTrain)
    const { level = 0, index = 0 } = task.dispute ?? {}
    if (owesTrace(task, peerId, level, index)) {
      owed.push({ type: 'ask-for-trace', ...lease, level, index })
    }
  }
  return owed
}

function owesReceipt(assignment: Assignment): boolean {
  return wasAskedToReveal(assignment) && !hasShown(assignment)
}

function owesTrace({ dispute }: LiveTask, peerId: PeerId, level: number, index: number): boolean {
  if (dispute === null || dispute.level !== level || dispute.index !== index) return false
  return unanswered(dispute).includes(peerId)
}
