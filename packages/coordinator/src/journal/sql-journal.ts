// A journal in a database: all that SQLite and Postgres have in common.
import { blockLeaves, VcpError } from '@vcp/protocol'
import type { Kysely } from 'kysely'
import { checksumOf, verifyRow } from './checksum.ts'
import type { Journal, JournalEntry, Snapshot, SnapshotKind } from './journal.ts'
import { growLeaves } from './leaf-blocks.ts'
import { packEntries } from './packed-entries.ts'
import {
  blockRoots,
  blockRow,
  blockStart,
  deleteBefore,
  leafHashes,
  readEntries,
  storeSnapshot,
} from './sql-rows.ts'
import type { Tables } from './tables.ts'

/** What one append writes, in one transaction. */
export interface AppendRows {
  readonly epoch: number
  readonly first: number
  /** The size after it. */
  readonly size: number
  readonly entries: readonly Tables['journal_entries'][]
  readonly blocks: readonly Tables['journal_blocks'][]
}

/** What differs between the databases. */
export interface JournalDatabase {
  readonly db: Kysely<Tables>
  /**
   * Moves the size in the writer's row from `first` past the entries and stores all of it, durable
   * when it resolves. False, and nothing is stored, where the row shows another epoch or size.
   */
  append(rows: AppendRows): Promise<boolean>
  /** The failure of ours that an error of the database is. */
  failureOf(error: unknown): VcpError
  close(): Promise<void>
}

/** Whole blocks, so that no row is read for two pages. */
const pageEntries = 3 * blockLeaves

/** Opens the journal as the writer that `claimWriter` made us. */
export async function openSqlJournal(
  database: JournalDatabase,
  writer: Tables['journal_writer'],
): Promise<Journal> {
  const journal = new SqlJournal(database, writer)
  await journal.readOpenBlock()
  return journal
}

class SqlJournal implements Journal {
  readonly epoch: number
  #size: number
  #first: number
  readonly #database: JournalDatabase
  /** The leaf hashes after the last complete block. */
  #open: readonly Uint8Array[] = []
  /** Why nothing is done any more; null while all is well. */
  #broken: VcpError | null = null
  #isClosed = false

  constructor(database: JournalDatabase, { epoch, size, first }: Tables['journal_writer']) {
    this.epoch = epoch
    this.#size = size
    this.#first = first
    this.#database = database
  }

  get size(): number {
    return this.#size
  }

  get first(): number {
    return this.#first
  }

  async readOpenBlock(): Promise<void> {
    const from = blockStart(this.#size)
    for await (const page of this.read(from)) {
      const batch = page.map(({ bytes }) => bytes)
      this.#open = growLeaves(this.#open, from, batch).open
    }
  }

  async append(first: number, batch: readonly Uint8Array[]): Promise<void> {
    if (first !== this.#size) {
      throw new RangeError(`an append at ${first} to a journal of ${this.#size} entries`)
    }
    if (batch.length === 0) return
    const growth = growLeaves(this.#open, first, batch)
    const rows = {
      epoch: this.epoch,
      first,
      size: first + batch.length,
      entries: packEntries(first, batch),
      blocks: growth.blocks.map(blockRow),
    }
    await this.#write(async () => {
      if (!(await this.#database.append(rows))) throw this.#fenced()
    })
    this.#size = first + batch.length
    this.#open = growth.open
  }

  async *read(from: number, to: number = this.#size): AsyncGenerator<readonly JournalEntry[]> {
    if (from < this.#first || to > this.#size) {
      const held = `${this.#first} to ${this.#size}`
      throw new RangeError(`entries ${from} to ${to} of a journal that holds ${held}`)
    }
    for (let next = from, end = from; next < to; next = end) {
      end = Math.min(to, blockStart(next) + pageEntries)
      yield await this.#guard(() => readEntries(this.#database.db, next, end))
    }
  }

  blockRoots(fromBlock: number): Promise<readonly Uint8Array[]> {
    const toBlock = Math.floor(this.#size / blockLeaves)
    return this.#guard(() => blockRoots(this.#database.db, fromBlock, toBlock))
  }

  async leafHashes(block: number): Promise<readonly Uint8Array[]> {
    if (block === Math.floor(this.#size / blockLeaves)) return this.#open
    return this.#guard(() => leafHashes(this.#database.db, block))
  }

  saveSnapshot(kind: SnapshotKind, { size, bytes }: Snapshot): Promise<void> {
    const row = { kind, size, bytes, checksum: checksumOf(size, bytes) }
    return this.#write(async () => {
      if (!(await storeSnapshot(this.#database.db, this.epoch, row))) throw this.#fenced()
    })
  }

  newestSnapshot(kind: SnapshotKind): Promise<Snapshot | null> {
    return this.#guard(async () => {
      const query = this.#database.db.selectFrom('journal_snapshots').selectAll()
      const row = await query.where('kind', '=', kind).executeTakeFirst()
      if (row === undefined) return null
      verifyRow(`the snapshot of the ${kind}`, row.size, row.bytes, row.checksum)
      return { size: row.size, bytes: row.bytes }
    })
  }

  async prune(before: number): Promise<void> {
    const cut = blockStart(Math.min(before, this.#size))
    if (cut <= this.#first) return
    await this.#write(async () => {
      // The row first: after a crash in between, the next pruning deletes what is left over.
      const { numUpdatedRows } = await this.#database.db
        .updateTable('journal_writer')
        .set({ first: cut })
        .where('epoch', '=', this.epoch)
        .executeTakeFirst()
      if (numUpdatedRows !== 1n) throw this.#fenced()
      this.#first = cut
      await deleteBefore(this.#database.db, cut)
    })
  }

  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#broken ??= new VcpError('JOURNAL_FAILED', { message: 'the journal is closed' })
    await this.#database.close()
  }

  #fenced(): VcpError {
    return new VcpError('JOURNAL_FENCED', {
      message: `epoch ${this.epoch} does not write this journal any more`,
      details: { epoch: this.epoch },
    })
  }

  async #guard<T>(work: () => Promise<T>): Promise<T> {
    if (this.#broken !== null) throw this.#broken
    try {
      return await work()
    } catch (error) {
      throw error instanceof VcpError ? error : this.#database.failureOf(error)
    }
  }

  /** After a write with an unknown end, only opening anew shows what is there. */
  async #write(work: () => Promise<void>): Promise<void> {
    try {
      await this.#guard(work)
    } catch (error) {
      if (error instanceof VcpError && error.code !== 'DISK_FULL') this.#broken ??= error
      throw error
    }
  }
}
