import type { Timers } from '../timers.ts'

export interface ManualTimers extends Timers {
  /** Lets time pass, and calls what was to be called until then. */
  turn(ms: number): Promise<void>
  /** Lets time pass until something is over. */
  until<T>(work: () => Promise<T> | undefined): Promise<T>
}

/** Time that passes when the test says so; a jittered wait is the longest there can be. */
export function manualTimers(): ManualTimers {
  let now = Date.now()
  const waiting = new Set<{ readonly atMs: number; readonly call: () => void }>()

  async function turn(ms: number): Promise<void> {
    const untilMs = now + ms
    for (;;) {
      await settled()
      const due = [...waiting].filter(({ atMs }) => atMs <= untilMs)
      const [next] = due.sort((one, other) => one.atMs - other.atMs)
      if (next === undefined) break
      waiting.delete(next)
      now = Math.max(now, next.atMs)
      next.call()
    }
    now = untilMs
    await settled()
  }

  return {
    nowMs: () => now,
    after(ms, call) {
      const one = { atMs: now + ms, call }
      waiting.add(one)
      return () => void waiting.delete(one)
    },
    jittered: (ms) => ms,
    turn,
    async until(work) {
      let isOver = false
      const done = Promise.resolve(work()).finally(() => {
        isOver = true
      })
      while (!isOver) await turn(100)
      return (await done) as never
    },
  }
}

/** What needs no time has happened: memory hubs answer within a few turns of the event loop. */
async function settled(): Promise<void> {
  for (let i = 0; i < 10; i++) await new Promise((resolve) => setImmediate(resolve))
}
