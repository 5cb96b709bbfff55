// Keeps the state now and then, so that a start reads only what came since. Nothing but the time of
// the next start depends on it: where it cannot be kept, that is told, and all goes on.
import type { Log as Talk } from '../http/log.ts'
import type { Clock } from '../journal/clock.ts'
import type { Journal } from '../journal/journal.ts'
import { type Kept, keepInThread } from './keeper.ts'
import type { Loop } from './loop.ts'
import { storeState } from './stored-state.ts'

export interface KeptState {
  /** To be called when entries became durable. */
  onDurable(): void
  /** Keeps what there is at the end; the loop is closed by then, the journal is not. */
  close(): Promise<void>
}

export interface KeepStateParts {
  readonly journal: Journal
  readonly loop: Loop
  readonly clock: Pick<Clock, 'soon'>
  readonly talk: Talk
  /** Entries that the newest snapshot covers. */
  readonly savedSize: number
  /** The state is kept when more entries than these came since the last time, or later. */
  readonly everyEntries: number
}

/**
 * Entries for each task and node of the state: what is written grows with these, and with so many
 * entries between, the work for one entry does not grow with the state.
 */
const entriesPerRecord = 2

export function keepState(parts: KeepStateParts): KeptState {
  const { journal, loop, clock, talk, everyEntries } = parts
  let { savedSize } = parts
  let saving: Promise<void> | null = null

  function isDue(): boolean {
    const { tasks, nodes, nextIndex } = loop.state
    const patience = Math.max(everyEntries, entriesPerRecord * (tasks.size + nodes.size))
    return nextIndex - savedSize > patience
  }

  async function save(store: () => Promise<Kept>): Promise<void> {
    // Counted from here also where it fails: the next try comes with as many entries again.
    savedSize = loop.state.nextIndex
    try {
      const { size, bytes } = await store()
      savedSize = size
      talk({ level: 'info', message: 'the state is kept', fields: { entries: size, bytes } })
    } catch (error) {
      const fields = { error: (error as Error).message }
      talk({ level: 'warning', message: 'the state cannot be kept', fields })
    }
  }

  /** Nothing changes any more. What never became durable is no state to start from. */
  async function storeAtEnd(): Promise<Kept> {
    await loop.settled()
    return storeState(journal, loop)
  }

  return {
    onDurable() {
      if (saving !== null || !isDue()) return
      const saved = Promise.withResolvers<void>()
      saving = saved.promise
      // Who waits for an answer has it first.
      clock.soon(async () => {
        await save(() => keepInThread(journal, loop.state.settings))
        saving = null
        saved.resolve()
      })
    },
    async close() {
      await saving
      if (loop.state.nextIndex > savedSize) await save(storeAtEnd)
    },
  }
}
