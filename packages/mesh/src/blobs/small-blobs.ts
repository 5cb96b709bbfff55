// Small blobs in one database: to make, flush and name a file of its own costs many times what most
// of them hold. Those that come at the same time share a transaction and a flush. SQLite itself
// does not flush at the end of a transaction here, because that would hold up the whole process:
// what it wrote, in its write-ahead log, is flushed beside it, and counts as kept only then.
import { fdatasync, openSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { promisify } from 'node:util'
import { type Cid, readCid, VcpError } from '@vcp/protocol'

export interface SmallBlobs {
  /** What is there, with its size, the oldest first. */
  load(): readonly { readonly cid: Cid; readonly bytes: number; readonly atMs: number }[]
  has(cid: Cid): boolean
  /** The bytes of a blob that is here. */
  read(cid: Cid): Uint8Array
  /** Durable when it resolves. Fails with `DISK_FULL`. */
  keep(blobs: readonly SmallBlob[]): Promise<void>
  drop(cid: Cid): void
  /** Gives back to the disk what blobs that are gone took. */
  reclaim(): void
}

export interface SmallBlob {
  readonly cid: Cid
  readonly bytes: Uint8Array
}

/** Below this a row is quicker than a file, and most outputs of tasks are. */
export const smallBytesMax = 16_384

const flush = promisify(fdatasync)
/** https://www.sqlite.org/rescode.html */
const SQLITE_FULL = 13

export function openSmallBlobs(file: string, now: () => number): SmallBlobs {
  const database = new DatabaseSync(file, { timeout: 5_000 })
  // Before there is a table; later it would ask for the whole file to be written anew.
  database.exec('pragma auto_vacuum = incremental')
  database.exec('pragma journal_mode = wal')
  database.exec('pragma synchronous = normal')
  database.exec(`create table if not exists blobs
    (cid text primary key, bytes blob not null, at_ms integer not null)`)
  const select = database.prepare('select bytes from blobs where cid = ?')
  const insert = database.prepare('insert or replace into blobs values (?, ?, ?)')
  const remove = database.prepare('delete from blobs where cid = ?')
  // For as long as the process runs: the log is one file, begun again from its start.
  const log = openSync(`${file}-wal`, 'r+')
  const held = new Set<Cid>()

  function write(blobs: readonly SmallBlob[]): void {
    database.exec('begin immediate')
    try {
      for (const { cid, bytes } of blobs) insert.run(cid, bytes, now())
      database.exec('commit')
    } catch (error) {
      if (database.isTransaction) database.exec('rollback')
      throw error
    }
  }

  return {
    load() {
      const rows = database.prepare(
        'select cid, length(bytes) as bytes, at_ms from blobs order by at_ms, rowid',
      )
      const found = []
      for (const { cid, bytes, at_ms: atMs } of rows.all()) {
        if (!readCid(String(cid)).ok) continue
        found.push({ cid: cid as Cid, bytes: Number(bytes), atMs: Number(atMs) })
        held.add(cid as Cid)
      }
      return found
    },
    has: (cid) => held.has(cid),
    read: (cid) => select.get(cid)!['bytes'] as Uint8Array,
    async keep(blobs) {
      try {
        write(blobs)
      } catch (cause) {
        const { errcode = 0 } = cause as { readonly errcode?: number }
        if ((errcode & 0xff) !== SQLITE_FULL) throw cause
        throw new VcpError('DISK_FULL', { message: 'the disk of the blob store is full', cause })
      }
      await flush(log)
      for (const { cid } of blobs) held.add(cid)
    },
    drop(cid) {
      held.delete(cid)
      // Not flushed: one that a crash brings back goes again when there is need.
      remove.run(cid)
    },
    reclaim() {
      database.exec('pragma incremental_vacuum')
      database.exec('pragma wal_checkpoint(truncate)')
    },
  }
}
