// A log as it comes from a coordinator: its signed head, then page after page of what that covers.
import type { Connection } from '@vcp/client'
import {
  type KnownLog,
  type LedgerEntry,
  type LedgerFileHeader,
  limits,
  openCheckpoint,
  type TreeHead,
  VcpError,
  writeLedgerLine,
} from '@vcp/protocol'
import * as z from 'zod'
import { keyOf } from './known-log.ts'

export interface FetchedHead extends TreeHead {
  readonly origin: string
  /** The note as the log signed it. */
  readonly checkpoint: string
}

/** The newest head of the log; an error where the log did not sign it. */
export async function fetchHead(client: Connection, log: KnownLog): Promise<FetchedHead> {
  const checkpoint = await client.ask('ledgerHead')
  const opened = openCheckpoint(checkpoint, log)
  if (!opened.ok) throw new VcpError(opened.code, { message: opened.reason })
  const { origin, treeSize, rootHash } = opened.value
  return { origin, treeSize, rootHash, checkpoint }
}

/** Only the list: each entry is checked where the whole log is. */
const Page = z.object({ entries: z.array(z.unknown()).min(1) })

/** Entries 0 to `size`, unchecked. Waits where the coordinator asks for patience. */
export async function* fetchEntries(
  client: Connection,
  size: number,
): AsyncGenerator<readonly unknown[]> {
  for (let from = 0; from < size; ) {
    const limit = Math.min(limits.pageItemsMax, size - from)
    const answer = await client.askUnchecked('ledgerEntries', { query: { from, limit } })
    const page = Page.safeParse(answer)
    if (!page.success || page.data.entries.length > limit) {
      throw new VcpError('COORDINATOR_MISBEHAVED', {
        message: `the coordinator does not give the entries from ${from} on`,
      })
    }
    yield page.data.entries
    from += page.data.entries.length
  }
}

/** The log of a coordinator, as a file of it would read. */
export async function* ledgerFileOf(client: Connection, log: KnownLog): AsyncGenerator<Uint8Array> {
  const { treeSize, checkpoint } = await fetchHead(client, log)
  yield lineOf({ format: 'vcp-ledger/1', log_key: keyOf(log), checkpoint })
  for await (const page of fetchEntries(client, treeSize)) {
    for (const entry of page) yield lineOf(entry as LedgerEntry)
  }
}

function lineOf(line: LedgerFileHeader | LedgerEntry): Uint8Array {
  return Buffer.from(writeLedgerLine(line))
}
