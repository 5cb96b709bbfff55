// The journal as it was found, and what goes on from there: state, log and loop.
import { randomInt } from 'node:crypto'
import type { LedgerEntry } from '@vcp/protocol'
import type { Effect } from './core/effects.ts'
import { resume } from './core/resume.ts'
import type { Settings } from './core/settings.ts'
import type { Log as Talk } from './http/log.ts'
import type { Clock } from './journal/clock.ts'
import { createGroupCommit, type GroupCommit } from './journal/group-commit.ts'
import type { Journal } from './journal/journal.ts'
import { type Log, openLog } from './log/log.ts'
import type { LogKey } from './log/log-key.ts'
import { createLoop, type Loop } from './loop/loop.ts'
import { recover } from './loop/recover.ts'

export interface HistoryParts {
  readonly journal: Journal
  readonly logKey: LogKey
  readonly clock: Clock
  readonly talk: Talk
}

export interface History {
  readonly loop: Loop
  readonly log: Log
  readonly commit: GroupCommit
  /** Entries that the state held which was found. */
  readonly savedSize: number
  /** What the process before did not live to carry out. */
  readonly owed: readonly Effect[]
  /** Called with what becomes durable, in order, before its effects are carried out. */
  onDurable(listener: (entries: readonly LedgerEntry[]) => void): void
  /** As if the core wanted it now. */
  carryOut(effect: Effect): void
  /** Called with what the core wants done. */
  onEffect(listener: (effect: Effect) => void): void
}

export async function openHistory(parts: HistoryParts, settings: Settings): Promise<History> {
  const { journal, logKey, clock, talk } = parts
  const { state, previous, replayed, passedOver } = await recover(journal, settings)
  if (passedOver !== null) {
    const fields = { reason: passedOver }
    talk({ level: 'warning', message: 'the snapshot is passed over', fields })
  }
  talk({ level: 'info', message: 'the journal is read', fields: { entries: replayed } })
  const savedSize = state.nextIndex - replayed
  const listeners: ((entries: readonly LedgerEntry[]) => void)[] = []
  const carriers: ((effect: Effect) => void)[] = []
  const carryOut = (effect: Effect) => {
    for (const carry of carriers) carry(effect)
  }
  const commit = createGroupCommit(journal, clock)
  const log = await openLog(journal, logKey, clock)
  const loop = createLoop({
    state,
    previous,
    commit,
    clock,
    entropy: () => randomInt(2 ** 32),
    onDurable: (entries) => {
      for (const listener of listeners) listener(entries)
    },
    carryOut,
  })
  // Before anything is told: it sets the timers of what was found.
  const owed = resume(state, clock.nowMs())
  return {
    ...{ loop, log, commit, savedSize, owed, carryOut },
    onDurable: (listener) => void listeners.push(listener),
    onEffect: (carry) => void carriers.push(carry),
  }
}
