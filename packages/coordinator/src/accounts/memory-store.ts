// Accounts in memory: what tests use, and what the databases must agree with.
import type { AccountId, SignedNodeBinding } from '@vcp/protocol'
import type {
  Account,
  AccountStore,
  AccountTable,
  ApiKeyRow,
  ApiKeyTable,
  AuditRow,
  AuditTable,
  OnceTable,
  RateOverride,
  RefreshTokenRow,
  RefreshTokenTable,
} from './store.ts'

export function createMemoryStore(): AccountStore {
  const rows = new Map<AccountId, Account>()
  const accounts = accountTable(rows)
  const overrides = new Map<string, RateOverride>()
  const bindings = new Map<string, SignedNodeBinding>()
  let armed: string | null = null
  return {
    accounts,
    setup: {
      hasAdmin: async () => [...rows.values()].some(({ role }) => role === 'admin'),
      arm: async (tokenHash) => {
        armed = tokenHash
      },
      redeem: async (tokenHash, account) => {
        if (armed !== tokenHash) return 'token-unknown'
        armed = null
        if (await accounts.add(account)) return 'added'
        armed = tokenHash
        return 'name-taken'
      },
    },
    refreshTokens: refreshTokenTable(),
    apiKeys: apiKeyTable(),
    once: onceTable(),
    audit: auditTable(),
    rateOverrides: {
      put: async (row) => {
        overrides.set(`${row.accountId} ${row.rateClass}`, row)
      },
      all: async () => [...overrides.values()],
    },
    bindings: {
      put: async (binding) => {
        bindings.set(binding.peer_id, binding)
      },
      get: async (peerId) => bindings.get(peerId) ?? null,
    },
    close: async () => undefined,
  }
}

function accountTable(rows: Map<AccountId, Account>): AccountTable {
  const find = (is: (account: Account) => boolean) => [...rows.values()].find(is) ?? null
  const byName = (name: string) =>
    find(({ userName }) => userName?.toLowerCase() === name.toLowerCase())
  return {
    async add(account) {
      const { accountId, userName, address } = account
      const isTaken =
        rows.has(accountId) ||
        (userName !== null && byName(userName) !== null) ||
        (address !== null && find((other) => other.address === address) !== null)
      if (isTaken) return false
      rows.set(accountId, account)
      return true
    },
    byId: async (accountId) => rows.get(accountId) ?? null,
    byUserName: async (userName) => byName(userName),
    byAddress: async (address) => find((account) => account.address === address),
    list: async (after, limit) =>
      [...rows.values()]
        .sort((one, other) => (one.accountId < other.accountId ? -1 : 1))
        .filter(({ accountId }) => after === null || accountId > after)
        .slice(0, limit),
    async setPasswordHash(accountId, passwordHash) {
      const account = rows.get(accountId)
      if (account !== undefined) rows.set(accountId, { ...account, passwordHash })
    },
  }
}

function refreshTokenTable(): RefreshTokenTable {
  const rows = new Map<string, RefreshTokenRow & { readonly isUsed: boolean }>()
  const removeFamily = (familyId: string | undefined) => {
    for (const [hash, row] of rows) if (row.familyId === familyId) rows.delete(hash)
  }
  return {
    async add(row) {
      rows.set(row.tokenHash, { ...row, isUsed: false })
    },
    async rotate(tokenHash, successor, nowMs) {
      const row = rows.get(tokenHash)
      if (row === undefined) return { kind: 'unknown' }
      const { accountId, familyId } = row
      if (row.isUsed) {
        removeFamily(familyId)
        return { kind: 'reused', accountId }
      }
      if (row.expiresAtMs <= nowMs) return { kind: 'expired' }
      rows.set(tokenHash, { ...row, isUsed: true })
      rows.set(successor.tokenHash, { ...successor, familyId, accountId, isUsed: false })
      return { kind: 'rotated', accountId }
    },
    async revokeFamily(tokenHash) {
      removeFamily(rows.get(tokenHash)?.familyId)
    },
    async prune(expiredByMs) {
      for (const [hash, row] of rows) if (row.expiresAtMs <= expiredByMs) rows.delete(hash)
    },
  }
}

function apiKeyTable(): ApiKeyTable {
  const rows = new Map<string, ApiKeyRow>()
  const of = (accountId: AccountId) =>
    [...rows.values()].filter((row) => row.accountId === accountId)
  return {
    async add(row, keysMax) {
      if (of(row.accountId).length >= keysMax) return false
      rows.set(row.keyId, row)
      return true
    },
    byHash: async (keyHash) => [...rows.values()].find((row) => row.keyHash === keyHash) ?? null,
    list: async (accountId) => of(accountId),
    async remove(accountId, keyId) {
      return rows.get(keyId)?.accountId === accountId && rows.delete(keyId)
    },
    async touch(keyId, lastUsedAtMs) {
      const row = rows.get(keyId)
      if (row !== undefined) rows.set(keyId, { ...row, lastUsedAtMs })
    },
  }
}

function onceTable(): OnceTable {
  const taken = new Map<string, number>()
  return {
    async take(name, expiresAtMs) {
      if (taken.has(name)) return false
      taken.set(name, expiresAtMs)
      return true
    },
    async prune(expiredByMs) {
      for (const [name, expiresAtMs] of taken) if (expiresAtMs <= expiredByMs) taken.delete(name)
    },
  }
}

function auditTable(): AuditTable {
  let rows: (AuditRow & { readonly place: number })[] = []
  let place = 0
  return {
    async append(added) {
      for (const row of added) {
        place += 1
        rows.push({ ...row, place })
      }
    },
    page: async (before, limit) =>
      rows
        .filter((row) => before === null || row.place < before)
        .slice(-limit)
        .reverse(),
    async prune(beforeMs, rowsMax) {
      rows = rows.filter(({ atMs }) => atMs >= beforeMs).slice(-rowsMax)
    },
  }
}
