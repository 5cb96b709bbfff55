// The journal in Postgres, for when one machine is not enough. Two things keep writers apart: an
// advisory lock, so that a second one is refused rather than let in by mistake; and the epoch in
// the writer's row, compared in the statement that appends, which holds whatever becomes of the
// lock.
import { VcpError } from '@vcp/protocol'
import { Kysely, PostgresDialect, sql } from 'kysely'
import { Client, Pool, types } from 'pg'
import type { Journal } from './journal.ts'
import { type AppendRows, type JournalDatabase, openSqlJournal } from './sql-journal.ts'
import { claimWriter, migrate } from './sql-rows.ts'
import { migrations, type Tables } from './tables.ts'

export interface PostgresJournalOptions {
  /** `postgres://...`; the tables are made in the first schema of its search path. */
  readonly url: string
  /** Takes the writer's role from whoever has it; otherwise that is DATA_FOLDER_IN_USE. */
  readonly takeOver?: boolean
}

export async function openPostgresJournal({
  url,
  takeOver = false,
}: PostgresJournalOptions): Promise<Journal> {
  const lock = new Client({ connectionString: url, types: numbers })
  const pool = new Pool({ connectionString: url, types: numbers, max: 4 })
  // A connection that is lost shows in the next query; the pool makes another one by itself. A lock
  // that is lost with its connection leaves the epoch, which is what really fences.
  const lost = () => undefined
  lock.on('error', lost)
  pool.on('error', lost)
  const db = new Kysely<Tables>({
    dialect: new PostgresDialect({
      pool,
      onCreateConnection: async (connection) => {
        await connection.executeQuery(sql`set synchronous_commit to on`.compile(db))
      },
    }),
  })
  const close = async () => {
    await Promise.all([db.destroy(), lock.end()])
  }
  try {
    await lock.connect()
    const schema = await checkServer(lock)
    await takeLock(lock, takeOver)
    await migrate(db, migrations('bytea'), schema)
    return await openSqlJournal(postgresDatabase(db, close), await claimWriter(db))
  } catch (error) {
    await close()
    throw error instanceof VcpError ? error : failureOf(error)
  }
}

/** 64-bit numbers as numbers: what is counted here stays below 2^53. */
const numbers = {
  getTypeParser: ((oid, format) =>
    oid === types.builtins.INT8
      ? Number
      : types.getTypeParser(oid, format)) as typeof types.getTypeParser,
}

/** The schema that the tables are in. */
async function checkServer(lock: Client): Promise<string> {
  const { rows } = await lock.query<{ readonly schema: string | null; readonly fsync: string }>(
    "select current_schema() as schema, current_setting('fsync') as fsync",
  )
  const { schema = null, fsync } = rows[0] ?? {}
  if (schema === null) {
    throw new VcpError('JOURNAL_FAILED', {
      message: 'no schema of the search path exists in this database',
    })
  }
  if (fsync !== 'on') {
    throw new VcpError('JOURNAL_FAILED', {
      message: 'this database server runs with fsync off: nothing it says would be durable',
      hint: 'Set fsync to on in postgresql.conf, then start the coordinator again.',
    })
  }
  return schema
}

const lockKey = "hashtextextended('vcp/journal/' || current_schema(), 0)"
const lockWaitMs = 10_000

async function takeLock(lock: Client, takeOver: boolean): Promise<void> {
  const { rows } = await lock.query<{ readonly held: boolean }>(
    `select pg_try_advisory_lock(${lockKey}) as held`,
  )
  if (rows[0]?.held === true) return
  if (!takeOver) {
    throw new VcpError('DATA_FOLDER_IN_USE', {
      message: 'another coordinator writes the journal in this database',
      hint: 'Stop the other coordinator first, or let this one take over.',
    })
  }
  // pg_locks shows the two halves of the key of 64 bits.
  await lock.query(
    `select pg_terminate_backend(pid) from pg_locks
      where locktype = 'advisory' and objsubid = 1 and granted
        and database = (select oid from pg_database where datname = current_database())
        and (classid::bigint << 32 | objid::bigint) = ${lockKey}`,
  )
  await lock.query(`set lock_timeout to ${lockWaitMs}`)
  await lock.query(`select pg_advisory_lock(${lockKey})`)
}

function postgresDatabase(db: Kysely<Tables>, close: () => Promise<void>): JournalDatabase {
  return { db, append: (rows) => append(db, rows), failureOf, close }
}

/** One statement, and so one transaction and one journey to the server. */
async function append(
  db: Kysely<Tables>,
  { epoch, first, size, entries, blocks }: AppendRows,
): Promise<boolean> {
  // All rows in one value and cut apart by the server: as an array of values they would cross
  // the wire as hexadecimal text, in twice the bytes.
  const starts: number[] = []
  let end = 0
  for (const { bytes } of entries) {
    starts.push(end + 1)
    end += bytes.length
  }
  const { rows } = await sql<{ readonly claimed: number }>`
    with writer as (
      update journal_writer set size = ${size}
      where epoch = ${epoch} and size = ${first} returning 1
    ), new_entries as (
      insert into journal_entries (entry_index, bytes)
      select entry_index, substring(packed.bytes from start for length)
      from (select ${Buffer.concat(entries.map(({ bytes }) => bytes))}::bytea as bytes) packed,
        unnest(
          ${entries.map(({ entry_index }) => entry_index)}::bigint[],
          ${starts}::int[],
          ${entries.map(({ bytes }) => bytes.length)}::int[]
        ) as cut (entry_index, start, length)
      where exists (select from writer)
    ), new_blocks as (
      insert into journal_blocks (block, root, root_checksum, hashes, hashes_checksum)
      select * from unnest(
        ${blocks.map(({ block }) => block)}::bigint[],
        ${blocks.map(({ root }) => root)}::bytea[],
        ${blocks.map(({ root_checksum }) => root_checksum)}::bigint[],
        ${blocks.map(({ hashes }) => hashes)}::bytea[],
        ${blocks.map(({ hashes_checksum }) => hashes_checksum)}::bigint[]
      ) where exists (select from writer)
    )
    select count(*)::int as claimed from writer`.execute(db)
  return rows[0]?.claimed === 1
}

// https://www.postgresql.org/docs/current/errcodes-appendix.html
const DISK_FULL = '53100'

function failureOf(cause: unknown): VcpError {
  const { code } = cause as { readonly code?: string }
  if (code === DISK_FULL) {
    return new VcpError('DISK_FULL', { message: 'the database has no room for the journal', cause })
  }
  return new VcpError('JOURNAL_FAILED', {
    message: `the database of the journal failed${code === undefined ? '' : ` (${code})`}`,
    details: { database_code: code ?? null },
    cause,
  })
}
