// What became durable, as it does. The newest entries are kept at hand, so that a thousand
// listeners cost one write to memory and no reads from disk; who is further behind reads the log.
import type { LedgerEntry } from '@vcp/protocol'
import type { State } from '../core/state.ts'
import type { EventFeed, FeedEvent } from '../http/ports.ts'
import type { Log } from '../log/log.ts'
import { maySeeEvent } from './viewer.ts'

export interface DurableFeed extends EventFeed {
  add(entries: readonly LedgerEntry[]): void
  /** One of the newest entries; null where it is not at hand. */
  at(index: number): LedgerEntry | null
}

const recentMax = 4_096
const pageMax = 256

export function createEventFeed(log: Log, state: State): DurableFeed {
  const recent: LedgerEntry[] = []
  const waiting = new Set<() => void>()
  let newest = log.size - 1

  async function entriesAfter(after: number): Promise<readonly LedgerEntry[]> {
    const first = recent[0]?.index ?? newest + 1
    if (after + 1 >= first) return recent.slice(after + 1 - first, after + 1 - first + pageMax)
    const found = await log.entries(after + 1, pageMax)
    // Entries that are not kept any more are nothing to wait for: go on with what there is.
    return found.ok ? found.value : recent.slice(0, pageMax)
  }

  return {
    get newest() {
      return newest
    },
    at(index) {
      const first = recent[0]?.index ?? index + 1
      return recent[index - first] ?? null
    },
    add(entries) {
      recent.push(...entries)
      if (recent.length > 2 * recentMax) recent.splice(0, recent.length - recentMax)
      newest = entries.at(-1)?.index ?? newest
      for (const wake of waiting) wake()
      waiting.clear()
    },
    async read(viewer, after, types) {
      const entries = await entriesAfter(after)
      const events: FeedEvent[] = entries
        .filter(({ event }) => types === null || types.has(event.type))
        .filter(({ event }) => maySeeEvent(viewer, event, state))
        .map((entry) => ({ index: entry.index, type: entry.event.type, data: entry }))
      return { events, upTo: entries.at(-1)?.index ?? after }
    },
    more(after, signal) {
      if (newest > after || signal.aborted) return Promise.resolve()
      return new Promise((resolve) => {
        const wake = () => {
          waiting.delete(wake)
          signal.removeEventListener('abort', wake)
          resolve()
        }
        waiting.add(wake)
        signal.addEventListener('abort', wake)
      })
    },
  }
}
