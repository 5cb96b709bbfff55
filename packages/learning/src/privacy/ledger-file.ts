// The file under the privacy ledger. Whatever is wrong with it, nothing is released: a budget that
// cannot be read is taken to be spent.
import { DatabaseSync } from 'node:sqlite'
import { type ErrorCode, VcpError } from '@vcp/protocol'

const SCHEMA_VERSION = 1

const tables = `
  create table budgets (
    payer text not null check (payer in ('dataset', 'task')),
    name text not null,
    epsilon real not null,
    delta real not null,
    primary key (payer, name)
  ) strict;
  create table releases (
    release text primary key,
    dataset text not null,
    task text not null,
    sampling_rate real not null,
    noise_multiplier real not null,
    steps integer not null,
    digest text
  ) strict;
  create index releases_by_dataset on releases (dataset);
  create index releases_by_task on releases (task);
`

export function openLedgerFile(file: string): DatabaseSync {
  return translated(file, () => {
    const db = new DatabaseSync(file, { timeout: 10_000 })
    db.exec('pragma journal_mode = wal')
    // Without this, a loss of power could bring a spent budget back.
    db.exec('pragma synchronous = full')
    transaction(db, () => prepare(db, file))
    return db
  })
}

/** Runs alone among all processes; what it changes is on disk when it returns, or not at all. */
export function transaction<T>(db: DatabaseSync, act: () => T): T {
  return translated(db.location() ?? 'the privacy ledger', () => {
    db.exec('begin immediate')
    try {
      const result = act()
      db.exec('commit')
      return result
    } catch (error) {
      if (db.isTransaction) db.exec('rollback')
      throw error
    }
  })
}

function prepare(db: DatabaseSync, file: string): void {
  const { user_version: version } = db.prepare('pragma user_version').get() as {
    user_version: number
  }
  if (version === SCHEMA_VERSION) return
  if (version !== 0) {
    const message = `${file} is a privacy ledger of version ${version}, which is not known here`
    throw new VcpError('DATA_FOLDER_UNUSABLE', { message })
  }
  db.exec(tables)
  db.exec(`pragma user_version = ${SCHEMA_VERSION}`)
}

/** Primary result codes of SQLite that a reader can do something about. */
const codes: Readonly<Record<number, ErrorCode>> = {
  5: 'DATA_FOLDER_IN_USE',
  13: 'DISK_FULL',
}

function translated<T>(file: string, act: () => T): T {
  try {
    return act()
  } catch (error) {
    const errcode = (error as { errcode?: unknown }).errcode
    if (typeof errcode !== 'number') throw error
    const code = codes[errcode & 0xff] ?? 'DATA_FOLDER_UNUSABLE'
    const message = `the privacy ledger ${file} cannot be used; nothing is released without it`
    throw new VcpError(code, { message, cause: error })
  }
}
