import type { Input } from '../core/inputs.ts'
import type { State } from '../core/state.ts'

/** Whether an input is about another lease than the one that its node holds. */
export function isOfStaleLease(state: State, input: Input): boolean {
  const lease = leaseOf(input)
  if (lease === null) return false
  const held = state.tasks
    .get(lease.taskId)
    ?.assignments.findLast(({ peerId }) => peerId === lease.peerId)
  return held?.epoch !== lease.leaseEpoch
}

function leaseOf(
  input: Input,
): Pick<Extract<Input, { type: 'run-failed' }>, 'taskId' | 'peerId' | 'leaseEpoch'> | null {
  switch (input.type) {
    case 'offer-answered':
      return named(input.peerId, input.answer)
    case 'progress-reported':
      return named(input.peerId, input.progress)
    case 'commitment-received':
      return named(input.peerId, input.commitment)
    case 'receipt-received':
      return named(input.receipt.peer_id, input.receipt.payload)
    case 'offer-undelivered':
    case 'run-failed':
    case 'trace-answered':
      return input
    default:
      return null
  }
}

function named<Peer, Task>(
  peerId: Peer,
  { task_id, lease_epoch }: { readonly task_id: Task; readonly lease_epoch: number },
) {
  return { peerId, taskId: task_id, leaseEpoch: lease_epoch }
}
