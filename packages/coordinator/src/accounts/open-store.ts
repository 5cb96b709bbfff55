// Opens the accounts' tables, in a file of their own or in Postgres, and brings them up to date.
import { type Dialect, Kysely, PostgresDialect } from 'kysely'
import { Migrator } from 'kysely/migration'
import { nodeSqliteDialect } from '../database/node-sqlite.ts'
import { createSqlStore } from './sql-store.ts'
import type { AccountStore } from './store.ts'
import { type Database, migrations, type Tables } from './tables.ts'

export function openSqliteAccounts(file: string): Promise<AccountStore> {
  return open(nodeSqliteDialect(file), 'sqlite')
}

export async function openPostgresAccounts(url: string): Promise<AccountStore> {
  // Only here: most coordinators never speak to Postgres.
  const { default: pg } = await import('pg')
  const { types } = pg
  // Moments fit in a double for the next 285,000 years; pg reads int8 as text.
  const parserOf = (oid: number, format?: 'text' | 'binary') =>
    oid === types.builtins.INT8 ? Number : types.getTypeParser(oid, format)
  const pool = new pg.Pool({ connectionString: url, max: 4, types: { getTypeParser: parserOf } })
  // A connection that is lost while nobody uses it is made anew by the next query.
  pool.on('error', () => undefined)
  const { rows } = await pool.query<{ schema: string }>('select current_schema() as schema')
  return open(new PostgresDialect({ pool }), 'postgres', rows[0]?.schema)
}

async function open(dialect: Dialect, database: Database, schema?: string): Promise<AccountStore> {
  const db = new Kysely<Tables>({ dialect })
  const provider = { getMigrations: async () => migrations(database) }
  // Names of their own, so that these tables and the journal's can lie in one database.
  const tables = {
    migrationTableName: 'accounts_migration',
    migrationLockTableName: 'accounts_migration_lock',
    // Without it, tables of the same name in another schema are taken for these.
    ...(schema === undefined ? {} : { migrationTableSchema: schema }),
  }
  const { error } = await new Migrator({ db, provider, ...tables }).migrateToLatest()
  if (error === undefined) return createSqlStore(db)
  await db.destroy()
  throw error
}
