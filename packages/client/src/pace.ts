/** Time, for whoever has to wait; a test hands in its own. */
export interface Pace {
  nowMs(): number
  /** Rejects with the signal's reason when that aborts. */
  wait(ms: number, signal: AbortSignal): Promise<void>
}

export const systemPace: Pace = {
  nowMs: () => Date.now(),
  wait: (ms, signal) =>
    new Promise((resolve, reject) => {
      const abandon = () => {
        clearTimeout(timer)
        reject(signal.reason)
      }
      const timer = setTimeout(() => {
        signal.removeEventListener('abort', abandon)
        resolve()
      }, ms)
      if (signal.aborted) abandon()
      else signal.addEventListener('abort', abandon, { once: true })
    }),
}
