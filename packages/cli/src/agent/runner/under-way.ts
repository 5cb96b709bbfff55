// What a runner has going on, by name: each begun once, each stopped by its name.

export interface UnderWay {
  /** `work` is not begun a second time while it goes on, its telling included. */
  once(name: string, work: (stop: AbortSignal) => Promise<unknown>): void
  /** What has no name is waited for, and not stopped. */
  follow(work: Promise<void>): void
  stop(name: string, reason: string): void
  /** Stops what goes on under names that begin so. */
  stopAll(prefix: string, reason: string): void
  /** The end of what was stopped, of names with this in them; null where all of it has ended. */
  stopped(part: string): Promise<unknown> | null
  /** Begins nothing any more; resolves when nothing goes on. */
  close(reason: string): Promise<void>
}

interface Begun {
  readonly name: string
  readonly stop: AbortController
  readonly end: Promise<void>
}

export function createUnderWay(): UnderWay {
  const underWay = new Map<string, Begun>()
  const busy = new Set<Promise<void>>()
  const ending = new Set<Begun>()
  let isClosed = false

  function follow(work: Promise<void>): void {
    busy.add(work)
    void work.finally(() => busy.delete(work))
  }

  function stop(name: string, reason: string): void {
    const begun = underWay.get(name)
    if (begun === undefined) return
    underWay.delete(name)
    ending.add(begun)
    begun.stop.abort(new Error(reason))
  }

  function stopAll(prefix: string, reason: string): void {
    for (const name of [...underWay.keys()]) if (name.startsWith(prefix)) stop(name, reason)
  }

  return {
    once(name, work) {
      if (underWay.has(name) || isClosed) return
      const stop = new AbortController()
      const end = work(stop.signal)
        // Nobody waits for the end of what was stopped.
        .catch((error) => rethrowUnless(stop.signal.aborted, error))
        .then(() => {
          if (underWay.get(name) === begun) underWay.delete(name)
          ending.delete(begun)
        })
      const begun = { name, stop, end }
      underWay.set(name, begun)
      follow(end)
    },
    follow,
    stop,
    stopAll,
    stopped(part) {
      const ends = [...ending].filter(({ name }) => name.includes(part)).map(({ end }) => end)
      return ends.length === 0 ? null : Promise.all(ends)
    },
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
