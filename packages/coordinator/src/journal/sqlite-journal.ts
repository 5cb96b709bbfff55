// The journal in a file of its own, through the SQLite that comes with Node. Another process on the
// same file is refused for as long as this one lives, however it ends: the lock is the kernel's.
import { DatabaseSync } from 'node:sqlite'
import { VcpError } from '@vcp/protocol'
import { Kysely } from 'kysely'
import { dialectOver } from '../database/node-sqlite.ts'
import type { Journal } from './journal.ts'
import { type AppendRows, type JournalDatabase, openSqlJournal } from './sql-journal.ts'
import { claimWriter, migrate } from './sql-rows.ts'
import { migrations, type Tables } from './tables.ts'

export interface SqliteJournalOptions {
  /** Made where it is missing; its folder must exist. */
  readonly file: string
}

export async function openSqliteJournal({ file }: SqliteJournalOptions): Promise<Journal> {
  let sqlite: DatabaseSync | null = null
  try {
    sqlite = new DatabaseSync(file, { timeout: 0 })
    // Exclusive before WAL: the lock is then held from the first access until the process ends.
    sqlite.exec('pragma locking_mode = exclusive; pragma journal_mode = wal')
    sqlite.exec('pragma synchronous = full')
    const db = new Kysely<Tables>({ dialect: dialectOver(sqlite) })
    // One transaction around all, for the migrator makes none in SQLite.
    sqlite.exec('begin immediate')
    await migrate(db, migrations('blob'))
    const writer = await claimWriter(db)
    sqlite.exec('commit')
    return await openSqlJournal(sqliteDatabase(file, sqlite, db), writer)
  } catch (error) {
    sqlite?.close()
    throw error instanceof VcpError ? error : failureOf(file, error)
  }
}

function sqliteDatabase(file: string, sqlite: DatabaseSync, db: Kysely<Tables>): JournalDatabase {
  // Not through Kysely: building a query takes longer than storing a row.
  const begin = sqlite.prepare('begin immediate')
  const commit = sqlite.prepare('commit')
  const rollback = sqlite.prepare('rollback')
  const claim = sqlite.prepare('update journal_writer set size = ? where epoch = ? and size = ?')
  const addEntry = sqlite.prepare('insert into journal_entries values (?, ?)')
  const addBlock = sqlite.prepare('insert into journal_blocks values (?, ?, ?, ?, ?)')

  function store({ epoch, first, size, entries, blocks }: AppendRows): boolean {
    begin.run()
    try {
      const isOurs = claim.run(size, epoch, first).changes === 1
      if (isOurs) {
        for (const row of entries) addEntry.run(row.entry_index, row.bytes)
        for (const { block, root, root_checksum, hashes, hashes_checksum } of blocks) {
          addBlock.run(block, root, root_checksum, hashes, hashes_checksum)
        }
      }
      commit.run()
      return isOurs
    } catch (error) {
      // On a full disk SQLite rolls back by itself.
      if (sqlite.isTransaction) rollback.run()
      throw error
    }
  }

  return {
    db,
    append: async (rows) => store(rows),
    failureOf: (error) => failureOf(file, error),
    async close() {
      sqlite.close()
    },
  }
}

// Primary result codes: https://www.sqlite.org/rescode.html
const SQLITE_BUSY = 5
const SQLITE_CORRUPT = 11
const SQLITE_FULL = 13
const SQLITE_NOTADB = 26

function failureOf(file: string, cause: unknown): VcpError {
  const { errcode = 0 } = cause as { readonly errcode?: number }
  const details = { file, errcode }
  switch (errcode & 0xff) {
    case SQLITE_BUSY:
      return new VcpError('DATA_FOLDER_IN_USE', {
        message: `another process has the journal ${file} open`,
        details,
        cause,
      })
    case SQLITE_FULL:
      return new VcpError('DISK_FULL', { message: `no room for the journal ${file}`, cause })
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return new VcpError('JOURNAL_CORRUPT', {
        message: `the journal ${file} is damaged`,
        details: { ...details, index: null },
        cause,
      })
    default:
      return new VcpError('JOURNAL_FAILED', {
        message: `the journal ${file} cannot be read or written`,
        details,
        cause,
      })
  }
}
