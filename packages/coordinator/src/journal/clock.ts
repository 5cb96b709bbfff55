/** Time, as the journal and the log need it; a test or a simulation hands in its own. */
export interface Clock {
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
