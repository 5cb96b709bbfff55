import type { Clock } from '../journal/clock.ts'

/** A clock that stands still until the test moves it. */
export interface ManualClock extends Clock {
  /** Runs what waits for the end of this turn. */
  turn(): void
  /** Moves on, and runs what is due by then, in order. */
  advance(ms: number): void
  /** When the next thing is due; null where nothing is. */
  readonly nextDueMs: number | null
}

export function manualClock(startMs = 1_790_000_000_000): ManualClock {
  let nowMs = startMs
  let soon: (() => void)[] = []
  let timers: { readonly dueMs: number; readonly work: () => void }[] = []

  return {
    nowMs: () => nowMs,
    soon: (work) => {
      soon.push(work)
    },
    after(ms, work) {
      const timer = { dueMs: nowMs + ms, work }
      timers.push(timer)
      return () => {
        timers = timers.filter((each) => each !== timer)
      }
    },
    turn() {
      const due = soon
      soon = []
      for (const work of due) work()
    },
    advance(ms) {
      nowMs += ms
      const due = timers.filter(({ dueMs }) => dueMs <= nowMs)
      timers = timers.filter(({ dueMs }) => dueMs > nowMs)
      for (const { work } of due.sort((one, other) => one.dueMs - other.dueMs)) work()
    },
    get nextDueMs() {
      return timers.length === 0 ? null : Math.min(...timers.map(({ dueMs }) => dueMs))
    },
  }
}
