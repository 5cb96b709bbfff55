// The agent's state in a file of its own, through the SQLite that comes with Node. Another agent
// on the same file is refused for as long as this one lives, however it ends: the lock is the
// kernel's.
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { VcpError } from '@vcp/protocol'
import type { Change, Store } from './store.ts'

/** Grows with the form of what is stored; a file of a later version is not touched. */
const formVersion = 1
/** `vcpa`: a file of another program is not taken for ours. */
const applicationId = 0x76637061

/** Made where it is missing; its folder must exist. */
export function openSqliteStore(file: string): Store {
  const db = open(file)
  const put = db.prepare('insert or replace into records values (?, ?)')
  const remove = db.prepare('delete from records where name = ?')
  const begin = db.prepare('begin immediate')
  const commit = db.prepare('commit')
  const rollback = db.prepare('rollback')

  function write(changes: readonly Change[]): void {
    begin.run()
    try {
      for (const { name, text } of changes) {
        if (text === null) remove.run(name)
        else put.run(name, text)
      }
      commit.run()
    } catch (error) {
      // On a full disk SQLite rolls back by itself.
      if (db.isTransaction) rollback.run()
      throw error
    }
  }

  return {
    read: () =>
      attempt(file, () => {
        const rows = db.prepare('select name, text from records').all()
        return new Map(rows.map(({ name, text }) => [String(name), String(text)]))
      }),
    write: async (changes) => attempt(file, () => write(changes)),
    close() {
      if (!db.isOpen) return
      rmSync(pidFileOf(file), { force: true })
      db.close()
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
    db.exec('begin immediate')
    prepare(file, db)
    db.exec('commit')
    // Beside the file, so that who is refused can say by whom. It locks nothing.
    writeFileSync(pidFileOf(file), `${process.pid}\n`, { mode: 0o600 })
    return db
  } catch (error) {
    db?.close()
    throw failureOf(file, error)
  }
}

function pidFileOf(file: string): string {
  return `${file}.pid`
}

function prepare(file: string, db: DatabaseSync): void {
  const asked = (pragma: string) => Number(Object.values(db.prepare(`pragma ${pragma}`).get()!)[0])
  const version = asked('user_version')
  if (version === 0) {
    db.exec('create table records (name text primary key, text text not null) strict')
    db.exec(`pragma application_id = ${applicationId}; pragma user_version = ${formVersion}`)
    return
  }
  if (asked('application_id') !== applicationId) {
    throw new VcpError('AGENT_STATE_CORRUPT', { message: `${file} belongs to another program` })
  }
  if (version > formVersion) {
    throw new VcpError('AGENT_STATE_FAILED', {
      message: `${file} was written by a later version of vcp (form ${version})`,
      hint: 'Use the newer version of vcp, or another data folder.',
      details: { file, version, known: formVersion },
    })
  }
}

function attempt<T>(file: string, work: () => T): T {
  try {
    return work()
  } catch (error) {
    throw failureOf(file, error)
  }
}

// Primary result codes: https://www.sqlite.org/rescode.html
const SQLITE_BUSY = 5
const SQLITE_CORRUPT = 11
const SQLITE_FULL = 13
const SQLITE_NOTADB = 26

function failureOf(file: string, cause: unknown): VcpError {
  if (cause instanceof VcpError) return cause
  const { errcode = 0, code } = cause as { readonly errcode?: number; readonly code?: string }
  const details = { file, errcode }
  if (code === 'ENOSPC' || (errcode & 0xff) === SQLITE_FULL) {
    return new VcpError('DISK_FULL', { message: `no room for the agent's state ${file}`, cause })
  }
  switch (errcode & 0xff) {
    case SQLITE_BUSY: {
      const pid = holderOf(file)
      const who = pid === null ? 'another agent' : `another agent (process ${pid})`
      return new VcpError('DATA_FOLDER_IN_USE', {
        message: `${who} has the agent's state ${file} open`,
        details: { ...details, pid },
        cause,
      })
    }
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return new VcpError('AGENT_STATE_CORRUPT', {
        message: `the agent's state ${file} is damaged`,
        details,
        cause,
      })
    default:
      return new VcpError('AGENT_STATE_FAILED', {
        message: `the agent's state ${file} cannot be read or written`,
        details,
        cause,
      })
  }
}

/** For people: who is refused was refused by the lock, whatever stands in here. */
function holderOf(file: string): number | null {
  try {
    const pid = Number(readFileSync(pidFileOf(file), 'utf8'))
    return Number.isInteger(pid) && pid > 0 ? pid : null
  } catch {
    return null
  }
}
