// Writes to the agent's file, in transactions. What is staged goes to disk before whatever is
// written next and together with it, so nothing that was written rests on what was not.
import type { DatabaseSync } from 'node:sqlite'

export interface Transactions {
  stage(write: () => void): void
  readonly isAnythingStaged: boolean
  /** What is staged, then this. Where it throws, nothing has changed, and it all stays staged. */
  write(last: () => void): void
}

export function createTransactions(db: DatabaseSync): Transactions {
  const begin = db.prepare('begin immediate')
  const commit = db.prepare('commit')
  const rollback = db.prepare('rollback')
  let staged: (() => void)[] = []

  return {
    stage: (write) => void staged.push(write),
    get isAnythingStaged() {
      return staged.length > 0
    },
    write(last) {
      begin.run()
      try {
        for (const write of staged) write()
        last()
        commit.run()
      } catch (error) {
        // On a full disk SQLite rolls back by itself.
        if (db.isTransaction) rollback.run()
        throw error
      }
      staged = []
    },
  }
}
