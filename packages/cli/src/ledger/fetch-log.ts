// A log as it comes from a coordinator: its signed head, then page after page of what that covers.
import { type KnownLog, limits, openCheckpoint, type TreeHead, VcpError } from '@vcp/protocol'
import * as z from 'zod'
import type { CoordinatorClient } from '../coordinator-client.ts'
import type { Host } from '../host.ts'

export interface FetchedHead extends TreeHead {
  readonly origin: string
  /** The note as the log signed it. */
  readonly checkpoint: string
}

/** The newest head of the log; an error where the log did not sign it. */
export async function fetchHead(client: CoordinatorClient, log: KnownLog): Promise<FetchedHead> {
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
  client: CoordinatorClient,
  size: number,
  host: Host,
): AsyncGenerator<readonly unknown[]> {
  for (let from = 0; from < size; ) {
    const limit = Math.min(limits.pageItemsMax, size - from)
    const answer = await patiently(host, () =>
      client.askUnchecked('ledgerEntries', { query: { from, limit } }),
    )
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

async function patiently<T>(host: Host, work: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await work()
    } catch (error) {
      if (!(error instanceof VcpError) || error.code !== 'RATE_LIMITED') throw error
      const seconds = Number(error.details['retry_after_seconds'] ?? 1)
      const { setTimeout: wait } = await import('node:timers/promises')
      await wait(Math.min(Math.max(seconds, 0), 3_600) * 1_000, null, { signal: host.signal })
    }
  }
}
