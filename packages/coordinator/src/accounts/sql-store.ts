// Accounts in a database, by Kysely: SQLite and Postgres alike.
import { type AccountId, type OwnerAddress, SignedNodeBinding } from '@vcp/protocol'
import type { Kysely, Selectable } from 'kysely'
import { refreshTokenTable } from './sql-refresh-tokens.ts'
import type {
  Account,
  AccountStore,
  AccountTable,
  ApiKeyRow,
  ApiKeyTable,
  AuditTable,
  BindingTable,
  OnceTable,
  RateOverride,
  RateOverrideTable,
  SetupTable,
} from './store.ts'
import type { Tables } from './tables.ts'

export function createSqlStore(db: Kysely<Tables>): AccountStore {
  return {
    accounts: accountTable(db),
    setup: setupTable(db),
    refreshTokens: refreshTokenTable(db),
    apiKeys: apiKeyTable(db),
    once: onceTable(db),
    audit: auditTable(db),
    rateOverrides: rateOverrideTable(db),
    bindings: bindingTable(db),
    close: () => db.destroy(),
  }
}

function accountTable(db: Kysely<Tables>): AccountTable {
  async function where(column: keyof Tables['accounts'], value: string): Promise<Account | null> {
    const row = await db
      .selectFrom('accounts')
      .selectAll()
      .where(column, '=', value)
      .limit(1)
      .executeTakeFirst()
    return row === undefined ? null : accountOf(row)
  }

  return {
    add: (account) => addAccount(db, account),
    byId: (accountId) => where('account_id', accountId),
    byUserName: (userName) => where('user_key', userName.toLowerCase()),
    byAddress: (address) => where('address', address),
    async list(after, limit) {
      const rows = await db
        .selectFrom('accounts')
        .selectAll()
        .where('account_id', '>', after ?? '')
        .orderBy('account_id')
        .limit(limit)
        .execute()
      return rows.map(accountOf)
    },
    async setPasswordHash(accountId, password_hash) {
      const change = db.updateTable('accounts').set({ password_hash })
      await change.where('account_id', '=', accountId).execute()
    },
  }
}

/** What is taken is left alone, without an error that each database words its own way. */
async function addAccount(db: Kysely<Tables>, account: Account): Promise<boolean> {
  const row = {
    account_id: account.accountId,
    user_name: account.userName,
    user_key: account.userName?.toLowerCase() ?? null,
    password_hash: account.passwordHash,
    address: account.address,
    role: account.role,
    created_at_ms: account.createdAtMs,
  }
  const added = await db
    .insertInto('accounts')
    .values(row)
    .onConflict((conflict) => conflict.doNothing())
    .returning('account_id')
    .execute()
  return added.length === 1
}

function accountOf(row: Selectable<Tables['accounts']>): Account {
  return {
    accountId: row.account_id as AccountId,
    userName: row.user_name,
    passwordHash: row.password_hash,
    address: row.address as OwnerAddress | null,
    role: row.role as Account['role'],
    createdAtMs: row.created_at_ms,
  }
}

function setupTable(db: Kysely<Tables>): SetupTable {
  return {
    async hasAdmin() {
      const admins = db.selectFrom('accounts').select('account_id').where('role', '=', 'admin')
      return (await admins.limit(1).execute()).length > 0
    },
    arm: (token_hash) =>
      db.transaction().execute(async (step) => {
        await step.deleteFrom('setup_tokens').execute()
        await step.insertInto('setup_tokens').values({ token_hash }).execute()
      }),
    redeem: (tokenHash, account) =>
      db.transaction().execute(async (step) => {
        // Taken first, so that of two who come at once the second waits, and then finds none.
        const taken = step.deleteFrom('setup_tokens').where('token_hash', '=', tokenHash)
        const [row] = await taken.returning('token_hash').execute()
        if (row === undefined) return 'token-unknown'
        if (await addAccount(step, account)) return 'added'
        await step.insertInto('setup_tokens').values(row).execute()
        return 'name-taken'
      }),
  }
}

function apiKeyTable(db: Kysely<Tables>): ApiKeyTable {
  return {
    add: (row, keysMax) =>
      db.transaction().execute(async (step) => {
        const of = step.selectFrom('api_keys').where('account_id', '=', row.accountId)
        const [found] = await of.select((count) => count.fn.countAll().as('keys')).execute()
        if (Number(found?.keys) >= keysMax) return false
        const values = {
          key_id: row.keyId,
          account_id: row.accountId,
          name: row.name,
          key_hash: row.keyHash,
          scopes: row.scopes.join(' '),
          created_at_ms: row.createdAtMs,
          last_used_at_ms: row.lastUsedAtMs,
        }
        await step.insertInto('api_keys').values(values).execute()
        return true
      }),
    async byHash(keyHash) {
      const rows = db.selectFrom('api_keys').selectAll().where('key_hash', '=', keyHash)
      const row = await rows.executeTakeFirst()
      return row === undefined ? null : apiKeyOf(row)
    },
    async list(accountId) {
      const rows = db.selectFrom('api_keys').selectAll().where('account_id', '=', accountId)
      return (await rows.orderBy('key_id').execute()).map(apiKeyOf)
    },
    async remove(accountId, keyId) {
      const removed = await db
        .deleteFrom('api_keys')
        .where('account_id', '=', accountId)
        .where('key_id', '=', keyId)
        .returning('key_id')
        .execute()
      return removed.length === 1
    },
    async touch(keyId, last_used_at_ms) {
      const change = db.updateTable('api_keys').set({ last_used_at_ms })
      await change.where('key_id', '=', keyId).execute()
    },
  }
}

function apiKeyOf(row: Selectable<Tables['api_keys']>): ApiKeyRow {
  return {
    keyId: row.key_id,
    accountId: row.account_id as AccountId,
    name: row.name,
    keyHash: row.key_hash,
    scopes: row.scopes.split(' ') as ApiKeyRow['scopes'][number][],
    createdAtMs: row.created_at_ms,
    lastUsedAtMs: row.last_used_at_ms,
  }
}

function onceTable(db: Kysely<Tables>): OnceTable {
  return {
    async take(name, expires_at_ms) {
      const added = await db
        .insertInto('taken_once')
        .values({ name, expires_at_ms })
        .onConflict((conflict) => conflict.doNothing())
        .returning('name')
        .execute()
      return added.length === 1
    },
    async prune(expiredByMs) {
      await db.deleteFrom('taken_once').where('expires_at_ms', '<=', expiredByMs).execute()
    },
  }
}

/** 7 values a row: SQLite takes 32,766 in one statement. */
const auditRowsMax = 1_000

function auditTable(db: Kysely<Tables>): AuditTable {
  return {
    async append(added) {
      const rows = added.map((row) => ({
        at_ms: row.atMs,
        account_id: row.accountId,
        action: row.action,
        subject: row.subject,
        outcome: row.outcome,
        request_id: row.requestId,
        address: row.address,
      }))
      await db.transaction().execute(async (step) => {
        for (let at = 0; at < rows.length; at += auditRowsMax) {
          await step
            .insertInto('audit')
            .values(rows.slice(at, at + auditRowsMax))
            .execute()
        }
      })
    },
    async page(before, limit) {
      const rows = db
        .selectFrom('audit')
        .selectAll()
        .where('place', '<', before ?? Number.MAX_SAFE_INTEGER)
        .orderBy('place', 'desc')
        .limit(limit)
      return (await rows.execute()).map((row) => ({
        place: row.place,
        atMs: row.at_ms,
        accountId: row.account_id as AccountId | null,
        action: row.action,
        subject: row.subject,
        outcome: row.outcome as 'allowed' | 'refused',
        requestId: row.request_id,
        address: row.address,
      }))
    },
    async prune(beforeMs, rowsMax) {
      await db.deleteFrom('audit').where('at_ms', '<', beforeMs).execute()
      const first = db.selectFrom('audit').select('place').orderBy('place', 'desc')
      const last = await first.offset(rowsMax).limit(1).executeTakeFirst()
      if (last !== undefined)
        await db.deleteFrom('audit').where('place', '<=', last.place).execute()
    },
  }
}

function rateOverrideTable(db: Kysely<Tables>): RateOverrideTable {
  return {
    async put({ accountId, rateClass, perMinute, burst }) {
      const rate = { per_minute: perMinute, burst }
      await db
        .insertInto('rate_overrides')
        .values({ account_id: accountId, rate_class: rateClass, ...rate })
        .onConflict((on) => on.columns(['account_id', 'rate_class']).doUpdateSet(rate))
        .execute()
    },
    async all() {
      const rows = await db.selectFrom('rate_overrides').selectAll().execute()
      return rows.map((row) => ({
        accountId: row.account_id as AccountId,
        rateClass: row.rate_class as RateOverride['rateClass'],
        perMinute: row.per_minute,
        burst: row.burst,
      }))
    },
  }
}

function bindingTable(db: Kysely<Tables>): BindingTable {
  return {
    async put(signed) {
      const binding = JSON.stringify(signed)
      await db
        .insertInto('node_bindings')
        .values({ peer_id: signed.peer_id, binding })
        .onConflict((on) => on.column('peer_id').doUpdateSet({ binding }))
        .execute()
    },
    async get(peerId) {
      const rows = db.selectFrom('node_bindings').select('binding').where('peer_id', '=', peerId)
      const row = await rows.executeTakeFirst()
      return row === undefined ? null : SignedNodeBinding.parse(JSON.parse(row.binding))
    },
  }
}
