/** Time, as the agent needs it; a test hands in its own. */
export interface Clock {
  /** By the clock on the wall: it goes on while a laptop sleeps. */
  nowMs(): number
  /** Calls back once everything of the present turn of the event loop has run. */
  soon(work: () => void): void
  /** Calls back after a time, unless what it returns is called before. */
  after(ms: number, work: () => void): () => void
}

export const systemClock: Clock = {
  nowMs: Date.now,
  soon: (work) => {
    setImmediate(work)
  },
  after(ms, work) {
    const timer = setTimeout(work, ms)
    return () => clearTimeout(timer)
  },
}
