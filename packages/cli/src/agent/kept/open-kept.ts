// What is kept of runs, in a file of its own: one row a run. In the place of blobs: a small blob
// put and pinned takes 1.6 ms of processor time, a row a tenth of that.
import { DatabaseSync } from 'node:sqlite'
import { type Cid, type Digest, type Envelope, type TaskId, VcpError } from '@vcp/protocol'
import { createGroupWrites } from './group-writes.ts'
import type { Kept, KeptRun, Lease } from './kept.ts'
import { createTraceBook } from './trace-book.ts'

const version = 1

/** The file is made where it is missing; `:memory:` keeps nothing. Its folder must exist. */
export function openKept(file: string): Kept {
  const sqlite = opened(file)
  const writes = createGroupWrites(sqlite, (cause) => failureOf(file, cause))
  const add = sqlite.prepare('insert or replace into runs values (?, ?, ?, ?, ?)')
  const one = sqlite.prepare(
    'select signed, leaves, output from runs where task_id = ? and lease_epoch = ?',
  )
  const leavesOf = sqlite.prepare('select leaves from runs where task_id = ? and lease_epoch = ?')
  const outputOf = sqlite.prepare('select output from runs where task_id = ? and lease_epoch = ?')
  const addHold = sqlite.prepare('insert or ignore into holds values (?, ?)')
  const holdsOf = sqlite.prepare('select cid from holds where task_id = ?')
  const removals = ['runs', 'holds'].map((table) =>
    sqlite.prepare(`delete from ${table} where task_id = ?`),
  )
  const tasks = sqlite.prepare('select task_id from runs union select task_id from holds')
  const traces = createTraceBook(({ taskId, leaseEpoch }) => {
    const row = leavesOf.get(taskId, leaseEpoch)
    return row === undefined ? null : readLeaves(row['leaves'] as Uint8Array)
  })

  return {
    keep: (run) =>
      writes.add(() => {
        const { taskId, leaseEpoch, receipt, commitment, traceLeaves, output } = run
        const signed = JSON.stringify({ receipt, commitment })
        add.run(taskId, leaseEpoch, signed, Buffer.from(traceLeaves.join(''), 'hex'), output)
      }),
    find(lease) {
      const row = one.get(lease.taskId, lease.leaseEpoch)
      return row === undefined ? null : readRun(lease, row)
    },
    output({ taskId, leaseEpoch }) {
      const row = outputOf.get(taskId, leaseEpoch)
      return (row?.['output'] ?? null) as Uint8Array<ArrayBuffer> | null
    },
    below: async (lease, level, index) => traces.below(lease, level, index),
    hold: (taskId, cid) => writes.add(() => addHold.run(taskId, cid)),
    holds: (taskId) => holdsOf.all(taskId).map((row) => row['cid'] as Cid),
    release: (taskId) =>
      writes.add(() => {
        for (const remove of removals) remove.run(taskId)
      }),
    tasks: () => tasks.all().map((row) => row['task_id'] as TaskId),
    close() {
      writes.flush()
      sqlite.close()
    },
  }
}

type Row = Readonly<Record<string, unknown>>

interface Signed {
  readonly receipt: Envelope<'receipt'>
  readonly commitment: Envelope<'commitment'>
}

/** Not checked again: the file is ours, and what is in it was signed by us. */
function readSigned(row: Row): Signed {
  return JSON.parse(row['signed'] as string) as Signed
}

function readRun(lease: Lease, row: Row): KeptRun {
  return {
    ...lease,
    ...readSigned(row),
    traceLeaves: readLeaves(row['leaves'] as Uint8Array),
    output: row['output'] as Uint8Array | null,
  }
}

const leafBytes = 32

function readLeaves(bytes: Uint8Array): readonly Digest[] {
  const text = Buffer.from(bytes).toString('hex')
  return Array.from(
    { length: bytes.length / leafBytes },
    (_, i) => text.slice(2 * leafBytes * i, 2 * leafBytes * (i + 1)) as Digest,
  )
}

function opened(file: string): DatabaseSync {
  let sqlite: DatabaseSync | null = null
  try {
    sqlite = new DatabaseSync(file, { timeout: 0 })
    // Exclusive before WAL: the lock is then held from the first access until the process ends.
    sqlite.exec('pragma locking_mode = exclusive; pragma journal_mode = wal')
    sqlite.exec('pragma synchronous = full')
    const found = sqlite.prepare('pragma user_version').get()?.['user_version']
    if (found !== 0 && found !== version) {
      throw new VcpError('DATA_FOLDER_UNUSABLE', {
        message: `${file} is of another version of vcp: ${found}, here it is ${version}`,
      })
    }
    sqlite.exec(`
      create table if not exists runs (
        task_id text not null, lease_epoch integer not null,
        signed text not null, leaves blob not null, output blob,
        primary key (task_id, lease_epoch)
      ) strict;
      create table if not exists holds (
        task_id text not null, cid text not null, primary key (task_id, cid)
      ) strict, without rowid;
      pragma user_version = ${version};
    `)
    return sqlite
  } catch (error) {
    sqlite?.close()
    throw error instanceof VcpError ? error : failureOf(file, error)
  }
}

// Primary result codes: https://www.sqlite.org/rescode.html
const SQLITE_BUSY = 5
const SQLITE_FULL = 13

function failureOf(file: string, cause: unknown): VcpError {
  const { errcode = 0 } = cause as { readonly errcode?: number }
  const details = { file, errcode }
  switch (errcode & 0xff) {
    case SQLITE_BUSY:
      return new VcpError('DATA_FOLDER_IN_USE', {
        message: `another process has ${file} open`,
        details,
        cause,
      })
    case SQLITE_FULL:
      return new VcpError('DISK_FULL', { message: `no room for ${file}`, details, cause })
    default:
      return new VcpError('DATA_FOLDER_UNUSABLE', {
        message: `${file} cannot be read or written`,
        details,
        cause,
      })
  }
}
