// The tables of accounts, the same in SQLite and in Postgres.
import type { Generated, Kysely } from 'kysely'
import type { Migration } from 'kysely/migration'

export interface Tables {
  readonly accounts: {
    readonly account_id: string
    readonly user_name: string | null
    /** In lower case, and unique: what is told apart by case alone is one name to people. */
    readonly user_key: string | null
    readonly password_hash: string | null
    readonly address: string | null
    readonly role: string
    readonly created_at_ms: number
  }
  /** One row at most. */
  readonly setup_tokens: { readonly token_hash: string }
  readonly refresh_tokens: {
    readonly token_hash: string
    readonly family_id: string
    readonly account_id: string
    readonly expires_at_ms: number
    readonly is_used: number
  }
  readonly api_keys: {
    readonly key_id: string
    readonly account_id: string
    readonly name: string
    readonly key_hash: string
    readonly scopes: string
    readonly created_at_ms: number
    readonly last_used_at_ms: number | null
  }
  readonly taken_once: { readonly name: string; readonly expires_at_ms: number }
  readonly audit: {
    readonly place: Generated<number>
    readonly at_ms: number
    readonly account_id: string | null
    readonly action: string
    readonly subject: string | null
    readonly outcome: string
    readonly request_id: string
    readonly address: string | null
  }
  /** As signed, in JSON. */
  readonly node_bindings: { readonly peer_id: string; readonly binding: string }
  readonly rate_overrides: {
    readonly account_id: string
    readonly rate_class: string
    readonly per_minute: number
    readonly burst: number
  }
}

export type Database = 'sqlite' | 'postgres'

/** Steps from one form of the tables to the next, in order; one that was released never changes. */
export function migrations(database: Database): Readonly<Record<string, Migration>> {
  return {
    '0001_accounts': { up: createAccounts },
    '0002_tokens': { up: createTokens },
    '0003_audit': { up: (db) => createAudit(db, database) },
    '0004_bindings': { up: createBindings },
  }
}

async function createAccounts(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('accounts')
    .addColumn('account_id', 'text', (column) => column.primaryKey())
    .addColumn('user_name', 'text')
    .addColumn('user_key', 'text', (column) => column.unique())
    .addColumn('password_hash', 'text')
    .addColumn('address', 'text', (column) => column.unique())
    .addColumn('role', 'text', (column) => column.notNull())
    .addColumn('created_at_ms', 'bigint', (column) => column.notNull())
    .execute()
  await db.schema
    .createTable('setup_tokens')
    .addColumn('token_hash', 'text', (column) => column.primaryKey())
    .execute()
  await db.schema
    .createTable('rate_overrides')
    .addColumn('account_id', 'text', (column) => column.notNull())
    .addColumn('rate_class', 'text', (column) => column.notNull())
    .addColumn('per_minute', 'integer', (column) => column.notNull())
    .addColumn('burst', 'integer', (column) => column.notNull())
    .addPrimaryKeyConstraint('rate_overrides_key', ['account_id', 'rate_class'])
    .execute()
}

async function createTokens(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('refresh_tokens')
    .addColumn('token_hash', 'text', (column) => column.primaryKey())
    .addColumn('family_id', 'text', (column) => column.notNull())
    .addColumn('account_id', 'text', (column) => column.notNull())
    .addColumn('expires_at_ms', 'bigint', (column) => column.notNull())
    .addColumn('is_used', 'integer', (column) => column.notNull())
    .execute()
  await db.schema
    .createIndex('refresh_tokens_family')
    .on('refresh_tokens')
    .column('family_id')
    .execute()
  await db.schema
    .createTable('api_keys')
    .addColumn('key_id', 'text', (column) => column.primaryKey())
    .addColumn('account_id', 'text', (column) => column.notNull())
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('key_hash', 'text', (column) => column.notNull().unique())
    .addColumn('scopes', 'text', (column) => column.notNull())
    .addColumn('created_at_ms', 'bigint', (column) => column.notNull())
    .addColumn('last_used_at_ms', 'bigint')
    .execute()
  await db.schema.createIndex('api_keys_account').on('api_keys').column('account_id').execute()
  await db.schema
    .createTable('taken_once')
    .addColumn('name', 'text', (column) => column.primaryKey())
    .addColumn('expires_at_ms', 'bigint', (column) => column.notNull())
    .execute()
}

async function createAudit(db: Kysely<unknown>, database: Database): Promise<void> {
  await db.schema
    .createTable('audit')
    .addColumn('place', database === 'sqlite' ? 'integer' : 'bigint', (column) =>
      database === 'sqlite'
        ? column.primaryKey().autoIncrement()
        : column.primaryKey().generatedAlwaysAsIdentity(),
    )
    .addColumn('at_ms', 'bigint', (column) => column.notNull())
    .addColumn('account_id', 'text')
    .addColumn('action', 'text', (column) => column.notNull())
    .addColumn('subject', 'text')
    .addColumn('outcome', 'text', (column) => column.notNull())
    .addColumn('request_id', 'text', (column) => column.notNull())
    .addColumn('address', 'text')
    .execute()
  await db.schema.createIndex('audit_at').on('audit').column('at_ms').execute()
}

async function createBindings(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('node_bindings')
    .addColumn('peer_id', 'text', (column) => column.primaryKey())
    .addColumn('binding', 'text', (column) => column.notNull())
    .execute()
}
