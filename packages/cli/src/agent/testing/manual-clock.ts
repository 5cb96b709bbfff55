import type { Clock } from '../clock.ts'

/** A clock that stands still until the test moves it. */
export interface ManualClock extends Clock {
  /** Runs what waits for the end of this turn, and what follows from it at once. */
  turn(): Promise<void>
  /** Moves on, and runs what is due by then, each at its moment. */
  advance(ms: number): Promise<void>
  /** Moves on as for a machine that sleeps: what is due runs when it wakes. */
  sleep(ms: number): Promise<void>
}

export function manualClock(startMs: number): ManualClock {
  let nowMs = startMs
  let soon: (() => void)[] = []
  let timers: { readonly dueMs: number; readonly work: () => void }[] = []

  async function turn(): Promise<void> {
    do {
      const due = soon
      soon = []
      for (const work of due) work()
      await new Promise((resolve) => setImmediate(resolve))
    } while (soon.length > 0)
  }

  async function runDue(): Promise<void> {
    const due = timers.filter(({ dueMs }) => dueMs <= nowMs)
    timers = timers.filter(({ dueMs }) => dueMs > nowMs)
    for (const { work } of due.sort((one, other) => one.dueMs - other.dueMs)) work()
    if (due.length > 0) await turn()
  }

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
    turn,
    async advance(ms) {
      const untilMs = nowMs + ms
      for (;;) {
        const nextMs = Math.min(...timers.map(({ dueMs }) => dueMs))
        if (nextMs > untilMs) break
        nowMs = Math.max(nowMs, nextMs)
        await runDue()
      }
      nowMs = untilMs
    },
    async sleep(ms) {
      nowMs += ms
      await runDue()
    },
  }
}
