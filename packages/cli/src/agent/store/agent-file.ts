// All that an agent must not forget, in one file of its own, through the SQLite that comes with
// Node. Another agent on the same file is refused for as long as this one lives, however it ends:
// the lock is the kernel's.
import { DatabaseSync } from 'node:sqlite'
import type { Kept } from '../kept/kept.ts'
import { createSqliteKept } from '../kept/sqlite-kept.ts'
import { failureOf, forgetHolder, noteHolder } from './file-failure.ts'
import { bringToForm } from './form.ts'
import { createSqliteRecords } from './sqlite-records.ts'
import type { Store } from './store.ts'
import { createTransactions } from './transactions.ts'

export interface AgentFile {
  /** What the core holds. Its end is that of the file. */
  readonly records: Store
  /** What is kept of runs: durable no later than any record that is written after it. */
  readonly kept: Kept
}

/** Made where it is missing; its folder must exist. `:memory:` keeps nothing. */
export function openAgentFile(file: string): AgentFile {
  const db = open(file)
  const transactions = createTransactions(db)
  const records = createSqliteRecords(db)

  function write(last: () => void): void {
    attempt(file, () => transactions.write(last))
  }

  return {
    kept: createSqliteKept(db, { stage: transactions.stage, write }),
    records: {
      read: () => attempt(file, records.read),
      async write(changes) {
        if (db.isOpen && changes.length === 0 && !transactions.isAnythingStaged) return
        let written: () => void = () => undefined
        write(() => {
          written = records.write(changes)
        })
        written()
      },
      close() {
        if (!db.isOpen) return
        try {
          if (transactions.isAnythingStaged) transactions.write(() => undefined)
        } catch {
          // No record rests on what is left; the next start lets go of it.
        }
        forgetHolder(file)
        db.close()
      },
    },
  }
}

function open(file: string): DatabaseSync {
  let db: DatabaseSync | null = null
  try {
    db = new DatabaseSync(file, { timeout: 0 })
    // Exclusive before WAL: the lock is then held from the first access until the process ends.
    db.exec('pragma locking_mode = exclusive; pragma journal_mode = wal')
    db.exec('pragma synchronous = full')
    db.exec('begin immediate; commit')
    bringToForm(file, db)
    if (file !== ':memory:') noteHolder(file)
    return db
  } catch (error) {
    db?.close()
    throw failureOf(file, error)
  }
}

function attempt<T>(file: string, work: () => T): T {
  try {
    return work()
  } catch (error) {
    throw failureOf(file, error)
  }
}
