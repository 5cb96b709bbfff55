// Rows of a journal's tables: made with their checksums, believed only after these were compared.
import { blockLeaves } from '@vcp/protocol'
import type { Kysely } from 'kysely'
import { type Migration, Migrator } from 'kysely/migration'
import { checksumOf, corrupt, verifyRow } from './checksum.ts'
import type { JournalEntry, SnapshotKind } from './journal.ts'
import { type LeafBlockRow, splitHashes } from './leaf-blocks.ts'
import { unpackEntries } from './packed-entries.ts'
import type { Tables } from './tables.ts'

const pruneEntries = 10_000

/** Brings the tables to their newest form; `schema` is where they are, if there are several. */
export async function migrate(
  db: Kysely<Tables>,
  migrations: Readonly<Record<string, Migration>>,
  schema?: string,
): Promise<void> {
  const provider = { getMigrations: async () => ({ ...migrations }) }
  const place = schema === undefined ? {} : { migrationTableSchema: schema }
  const { error } = await new Migrator({ db, provider, ...place }).migrateToLatest()
  if (error !== undefined) throw error
}

/** Takes the writer's role: from here on every older epoch is fenced. */
export function claimWriter(db: Kysely<Tables>): Promise<Tables['journal_writer']> {
  return db
    .updateTable('journal_writer')
    .set(({ eb }) => ({ epoch: eb('epoch', '+', 1) }))
    .returningAll()
    .executeTakeFirstOrThrow()
}

export function blockRow({ block, root, hashes }: LeafBlockRow): Tables['journal_blocks'] {
  return {
    block,
    root,
    root_checksum: checksumOf(block, root),
    hashes,
    hashes_checksum: checksumOf(block, hashes),
  }
}

/** Entries `from` to `to` (exclusive), all of them: a gap is a failure. */
export async function readEntries(
  db: Kysely<Tables>,
  from: number,
  to: number,
): Promise<readonly JournalEntry[]> {
  const rows = await db
    .selectFrom('journal_entries')
    .selectAll()
    .where('entry_index', '>=', blockStart(from))
    .where('entry_index', '<', to)
    .orderBy('entry_index')
    .execute()
  const entries: JournalEntry[] = []
  for (const row of rows) {
    for (const entry of unpackEntries(row, from, to)) {
      if (entry.index !== from + entries.length) throw missing(from + entries.length)
      entries.push(entry)
    }
  }
  if (entries.length < to - from) throw missing(from + entries.length)
  return entries
}

/** Where the block of an entry begins; a row begins there, or after it. */
export function blockStart(index: number): number {
  return index - (index % blockLeaves)
}

/** The roots of blocks `from` to `to` (exclusive). */
export async function blockRoots(
  db: Kysely<Tables>,
  from: number,
  to: number,
): Promise<readonly Uint8Array[]> {
  if (from >= to) return []
  const rows = await db
    .selectFrom('journal_blocks')
    .select(['block', 'root', 'root_checksum'])
    .where('block', '>=', from)
    .where('block', '<', to)
    .orderBy('block')
    .execute()
  return Array.from({ length: to - from }, (_, i) => {
    const block = from + i
    const row = rows[i]
    if (row?.block !== block) throw missingBlock(block)
    verifyRow(`the root of leaf block ${block}`, block, row.root, row.root_checksum)
    return row.root
  })
}

/** The leaf hashes of a complete block. */
export async function leafHashes(
  db: Kysely<Tables>,
  block: number,
): Promise<readonly Uint8Array[]> {
  const row = await db
    .selectFrom('journal_blocks')
    .select(['hashes', 'hashes_checksum'])
    .where('block', '=', block)
    .executeTakeFirst()
  if (row === undefined) throw missingBlock(block)
  verifyRow(`leaf block ${block}`, block, row.hashes, row.hashes_checksum)
  return splitHashes(row.hashes)
}

/** Keeps a snapshot in place of the one before; false where the epoch is not the writer's. */
export async function storeSnapshot(
  db: Kysely<Tables>,
  epoch: number,
  { kind, size, bytes, checksum }: Tables['journal_snapshots'],
): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await db
    .insertInto('journal_snapshots')
    .columns(['kind', 'size', 'bytes', 'checksum'])
    .expression((from) =>
      from
        .selectFrom('journal_writer')
        .where('epoch', '=', epoch)
        .select(({ cast, val }) => [
          cast<SnapshotKind>(val(kind), 'text').as('kind'),
          val(size).as('size'),
          val(bytes).as('bytes'),
          val(checksum).as('checksum'),
        ]),
    )
    .onConflict((conflict) => conflict.column('kind').doUpdateSet({ size, bytes, checksum }))
    .executeTakeFirst()
  return numInsertedOrUpdatedRows === 1n
}

export async function deleteBefore(db: Kysely<Tables>, index: number): Promise<void> {
  for (;;) {
    // In portions, so that no transaction holds up the appends for long.
    const { from } = await db
      .selectFrom('journal_entries')
      .select(({ fn }) => fn.min('entry_index').as('from'))
      .executeTakeFirstOrThrow()
    if (from === null || from >= index) return
    const to = Math.min(index, from + pruneEntries)
    await db.deleteFrom('journal_entries').where('entry_index', '<', to).execute()
  }
}

function missing(index: number) {
  return corrupt(index, `entry ${index} is missing`)
}

function missingBlock(block: number) {
  return corrupt(block * blockLeaves, `leaf block ${block} is missing`)
}
