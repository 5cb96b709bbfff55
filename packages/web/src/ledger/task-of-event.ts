import type { LedgerEntry } from '@vcp/protocol'

/** The task that an event is about; null where it is about none. */
export function taskOfEvent({ event }: LedgerEntry): string | null {
  if (event.type === 'receipt-revealed') return event.receipt.payload.task_id
  if (event.type === 'result-committed') return event.commitment.task_id
  if (event.type === 'round-opened' || event.type === 'round-finalised') return event.round.task_id
  return 'task_id' in event ? event.task_id : null
}
