// Time and chance, as the link uses them; a test turns both by hand.
export interface Timers {
  nowMs(): number
  /** Calls once, later. The answer keeps it from being called. */
  after(ms: number, call: () => void): () => void
  /** Between half of it and all of it, by chance: a thousand nodes do not come at one moment. */
  jittered(ms: number): number
}

export const systemTimers: Timers = {
  nowMs: () => Date.now(),
  after(ms, call) {
    const timer = setTimeout(call, ms)
    return () => clearTimeout(timer)
  },
  jittered: (ms) => ms * (0.5 + Math.random() / 2),
}

/** Resolves later, or fails with the signal's reason. */
export function pause(timers: Timers, ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const onAbort = () => {
      cancel()
      reject(signal.reason)
    }
    const cancel = timers.after(ms, () => {
      signal.removeEventListener('abort', onAbort)
      resolve()
    })
    if (signal.aborted) onAbort()
    else signal.addEventListener('abort', onAbort, { once: true })
  })
}
