// The tables of a journal, the same in SQLite and in Postgres.
import type { Kysely } from 'kysely'
import type { Migration } from 'kysely/migration'
import type { SnapshotKind } from './journal.ts'

export interface Tables {
  readonly journal_entries: {
    /** Of the first entry of the row; `packed-entries.ts` has the others. */
    readonly entry_index: number
    readonly bytes: Uint8Array
  }
  readonly journal_blocks: {
    readonly block: number
    readonly root: Uint8Array
    readonly root_checksum: number
    readonly hashes: Uint8Array
    readonly hashes_checksum: number
  }
  readonly journal_snapshots: {
    readonly kind: SnapshotKind
    readonly size: number
    readonly bytes: Uint8Array
    readonly checksum: number
  }
  /** One row. Whoever writes compares and sets it in the same transaction. */
  readonly journal_writer: {
    readonly id: number
    readonly epoch: number
    readonly size: number
    readonly first: number
  }
}

type BytesType = 'blob' | 'bytea'

/** Steps from one form of the tables to the next, in order; one that was released never changes. */
export function migrations(bytesType: BytesType): Readonly<Record<string, Migration>> {
  return { '0001_journal': { up: (db) => createJournal(db, bytesType) } }
}

async function createJournal(db: Kysely<unknown>, bytesType: BytesType): Promise<void> {
  // Checksums are unsigned 32-bit numbers, which Postgres has no shorter type for.
  const number = bytesType === 'blob' ? 'integer' : 'bigint'
  await db.schema
    .createTable('journal_entries')
    .addColumn('entry_index', number, (column) => column.primaryKey())
    .addColumn('bytes', bytesType, (column) => column.notNull())
    .execute()
  await db.schema
    .createTable('journal_blocks')
    .addColumn('block', number, (column) => column.primaryKey())
    .addColumn('root', bytesType, (column) => column.notNull())
    .addColumn('root_checksum', number, (column) => column.notNull())
    .addColumn('hashes', bytesType, (column) => column.notNull())
    .addColumn('hashes_checksum', number, (column) => column.notNull())
    .execute()
  await db.schema
    .createTable('journal_snapshots')
    .addColumn('kind', 'text', (column) => column.primaryKey())
    .addColumn('size', number, (column) => column.notNull())
    .addColumn('bytes', bytesType, (column) => column.notNull())
    .addColumn('checksum', number, (column) => column.notNull())
    .execute()
  await db.schema
    .createTable('journal_writer')
    .addColumn('id', 'integer', (column) => column.primaryKey())
    .addColumn('epoch', number, (column) => column.notNull())
    .addColumn('size', number, (column) => column.notNull())
    .addColumn('first', number, (column) => column.notNull())
    .execute()
  const writers = (db as Kysely<Tables>).insertInto('journal_writer')
  await writers.values({ id: 1, epoch: 0, size: 0, first: 0 }).execute()
}
