// The log of a coordinator as it grows, read once.
import type { Connection } from '@vcp/client'
import { LedgerEntry, limits } from '@vcp/protocol'
import * as z from 'zod'

export interface LogReader {
  /** All entries so far. */
  all(): Promise<readonly LedgerEntry[]>
  /** Reads on until what is waited for stands in it. */
  until(holds: (entries: readonly LedgerEntry[]) => boolean): Promise<void>
}

const Page = z.object({ entries: z.array(LedgerEntry) })

/** `pause` resolves when it is worth looking again. */
export function createLogReader(connection: Connection, pause: () => Promise<void>): LogReader {
  const entries: LedgerEntry[] = []

  async function all(): Promise<readonly LedgerEntry[]> {
    for (let count = limits.pageItemsMax; count === limits.pageItemsMax; ) {
      const query = { from: entries.length, limit: limits.pageItemsMax }
      const page = Page.parse(await connection.ask('ledgerEntries', { query }))
      entries.push(...page.entries)
      count = page.entries.length
    }
    return entries
  }

  return {
    all,
    async until(holds) {
      while (!holds(await all())) await pause()
    },
  }
}
