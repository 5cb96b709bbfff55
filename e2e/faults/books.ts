// The log of a network under fault, read entry by entry as it grows, and what must hold of it.
import type { Connection } from '@vcp/client'
import { type LedgerEntry, limits, type TaskId } from '@vcp/protocol'

export interface Books {
  /** Reads on to the end of the log. */
  read(): Promise<void>
  readonly entries: number
  /** How often a task has come to an end. */
  endsOf(taskId: TaskId): readonly string[]
  receiptsOf(taskId: TaskId): number
  /** Tasks of which credits are still set aside although they have ended. */
  heldBack(): readonly string[]
}

const ends: ReadonlySet<string> = new Set(['task-completed', 'task-failed', 'task-cancelled'])

export function openBooks(connection: Connection): Books {
  const byTask = new Map<TaskId, string[]>()
  const receipts = new Map<TaskId, number>()
  const escrows = new Map<TaskId, number>()
  /** Taken on the word of one node: an audit may come, and until then credits are set aside. */
  const provisional = new Set<TaskId>()
  let size = 0

  function note({ event }: LedgerEntry): void {
    if (event.type === 'credits-moved') {
      const { from, to, amount_micro: amount } = event
      if (from.kind === 'escrow') add(escrows, from.task_id, -amount)
      if (to.kind === 'escrow') add(escrows, to.task_id, amount)
    }
    if (event.type === 'receipt-revealed') add(receipts, event.receipt.payload.task_id, 1)
    if (event.type === 'task-completed' && event.provisional) provisional.add(event.task_id)
    if (ends.has(event.type) && 'task_id' in event && event.task_id !== null) {
      byTask.set(event.task_id, [...(byTask.get(event.task_id) ?? []), event.type])
    }
  }

  return {
    async read() {
      for (;;) {
        const query = { from: size, limit: limits.pageItemsMax }
        const page = await connection.askUnchecked('ledgerEntries', { query })
        const { entries } = page as { readonly entries: readonly LedgerEntry[] }
        for (const entry of entries) note(entry)
        size += entries.length
        if (entries.length < limits.pageItemsMax) return
      }
    },
    get entries() {
      return size
    },
    endsOf: (taskId) => byTask.get(taskId) ?? [],
    receiptsOf: (taskId) => receipts.get(taskId) ?? 0,
    heldBack: () =>
      [...escrows].flatMap(([taskId, amount]) =>
        amount !== 0 && byTask.has(taskId) && !provisional.has(taskId)
          ? [`${amount} millionths of the ended task ${taskId}`]
          : [],
      ),
  }
}

function add(sums: Map<TaskId, number>, taskId: TaskId, amount: number): void {
  sums.set(taskId, (sums.get(taskId) ?? 0) + amount)
}
