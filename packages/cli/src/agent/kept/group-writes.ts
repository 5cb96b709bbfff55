// Many writes, one transaction: whatever is handed over in one turn of the event loop shares its
// fsync.
import type { DatabaseSync } from 'node:sqlite'
import type { VcpError } from '@vcp/protocol'

export interface GroupWrites {
  /** Resolves when it is on disk; fails where it will not be. */
  add(write: () => void): Promise<void>
  /** Writes now what waits. */
  flush(): void
}

export function createGroupWrites(
  sqlite: DatabaseSync,
  failureOf: (error: unknown) => VcpError,
): GroupWrites {
  const begin = sqlite.prepare('begin immediate')
  const commit = sqlite.prepare('commit')
  const rollback = sqlite.prepare('rollback')
  let waiting: Waiting[] = []

  function store(group: readonly Waiting[]): void {
    begin.run()
    try {
      for (const { write } of group) write()
      commit.run()
    } catch (error) {
      // On a full disk SQLite rolls back by itself.
      if (sqlite.isTransaction) rollback.run()
      throw error
    }
  }

  function flush(): void {
    if (waiting.length === 0) return
    const group = waiting
    waiting = []
    try {
      store(group)
    } catch (error) {
      const failure = failureOf(error)
      for (const { done } of group) done.reject(failure)
      return
    }
    for (const { done } of group) done.resolve()
  }

  return {
    add(write) {
      if (waiting.length === 0) setImmediate(flush)
      const done = Promise.withResolvers<void>()
      waiting.push({ write, done })
      return done.promise
    },
    flush,
  }
}

interface Waiting {
  readonly write: () => void
  readonly done: PromiseWithResolvers<void>
}
