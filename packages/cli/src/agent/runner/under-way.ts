// What a runner has going on, by name: each begun once, each stopped by its name.

export interface UnderWay {
  /** `work` is not begun a second time while it goes on, its telling included. */
  once(name: string, work: (stop: AbortSignal) => Promise<unknown>): void
  /** What has no name is waited for, and not stopped. */
  follow(work: Promise<void>): void
  stop(name: string, reason: string): void
  /** Stops what goes on under names that begin so. */
  stopAll(prefix: string, reason: string): void
  /** Begins nothing any more; resolves when nothing goes on. */
  close(reason: string): Promise<void>
}

export function createUnderWay(): UnderWay {
  const stops = new Map<string, AbortController>()
  const busy = new Set<Promise<void>>()
  let isClosed = false

  function follow(work: Promise<void>): void {
    busy.add(work)
    void work.finally(() => busy.delete(work))
  }

  function stop(name: string, reason: string): void {
    stops.get(name)?.abort(new Error(reason))
    stops.delete(name)
  }

  function stopAll(prefix: string, reason: string): void {
    for (const name of [...stops.keys()]) if (name.startsWith(prefix)) stop(name, reason)
  }

  return {
    once(name, work) {
      if (stops.has(name) || isClosed) return
      const begun = new AbortController()
      stops.set(name, begun)
      follow(
        work(begun.signal)
          // Nobody waits for the end of what was stopped.
          .catch((error) => rethrowUnless(begun.signal.aborted, error))
          .then(() => {
            if (stops.get(name) === begun) stops.delete(name)
          }),
      )
    },
    follow,
    stop,
    stopAll,
    async close(reason) {
      isClosed = true
      stopAll('', reason)
      await Promise.all(busy)
    },
  }
}

function rethrowUnless(isFine: boolean, error: unknown): void {
  if (!isFine) throw error
}
