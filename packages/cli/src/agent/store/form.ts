// The tables of the agent's file, and what a file of an earlier version becomes. Form 1 found its
// records by an index of names, and had a file beside it for what is kept of runs.
import { existsSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { VcpError } from '@vcp/protocol'
import { failureOf } from './file-failure.ts'

/** Grows with the form of what is stored; a file of a later version is not touched. */
const form = 2
/** `vcpa`: a file of another program is not taken for ours. */
const applicationId = 0x76637061

const tables = `
  create table records (id integer primary key, name text not null, text text not null) strict;
  create table runs (
    task_id text not null, lease_epoch integer not null, leaves blob not null, output blob,
    primary key (task_id, lease_epoch)
  ) strict, without rowid;
  create table holds (
    task_id text not null, cid text not null, primary key (task_id, cid)
  ) strict, without rowid;
`

/** The file is locked by then, so that nobody else makes it what it is to be. */
export function bringToForm(file: string, db: DatabaseSync): void {
  const found = formOf(file, db)
  const beside = join(dirname(file), 'kept.sqlite')
  if (found < form) {
    const isBeside = file !== ':memory:' && existsSync(beside)
    // Not within a transaction: SQLite attaches nothing there.
    if (isBeside) attach(beside, db)
    db.exec('begin immediate')
    if (found === 1) db.exec('alter table records rename to named')
    db.exec(tables)
    if (found === 1) {
      db.exec('insert into records (name, text) select name, text from named; drop table named')
    }
    if (isBeside) takeOver(db)
    db.exec(`pragma application_id = ${applicationId}; pragma user_version = ${form}`)
    db.exec('commit')
    if (isBeside) db.exec('detach database beside')
  }
  if (file === ':memory:') return
  // Also after a crash between the commit and this.
  for (const each of ['', '-wal', '-shm']) rmSync(`${beside}${each}`, { force: true })
}

function formOf(file: string, db: DatabaseSync): number {
  const asked = (pragma: string) => Number(Object.values(db.prepare(`pragma ${pragma}`).get()!)[0])
  const version = asked('user_version')
  if (version === 0) return 0
  if (asked('application_id') !== applicationId) {
    throw new VcpError('AGENT_STATE_CORRUPT', { message: `${file} belongs to another program` })
  }
  if (version > form) {
    throw new VcpError('AGENT_STATE_FAILED', {
      message: `${file} was written by a later version of vcp (form ${version})`,
      hint: 'Use the newer version of vcp, or another data folder.',
      details: { file, version, known: form },
    })
  }
  return version
}

function attach(beside: string, db: DatabaseSync): void {
  try {
    db.prepare('attach database ? as beside').run(beside)
    db.exec('select count(*) from beside.sqlite_schema')
  } catch (error) {
    throw failureOf(beside, error)
  }
}

/**
 * What was signed of a run is not taken over: if its end was told it stands in the record of its
 * lease, and if not nobody has seen it, and the run is made again.
 */
function takeOver(db: DatabaseSync): void {
  const has = db.prepare("select 1 from beside.sqlite_schema where type = 'table' and name = ?")
  if (has.get('runs') !== undefined) {
    db.exec('insert into runs select task_id, lease_epoch, leaves, output from beside.runs')
  }
  if (has.get('holds') !== undefined) {
    db.exec('insert into holds select task_id, cid from beside.holds')
  }
}
