// Keys for programs. A key is shown once and stored as a keyed hash; it may do what its scopes say
// and never more than its account may.
import { type AccountId, type Outcome, pass, refuse, uuidV7From } from '@vcp/protocol'
import { type Identity, type Role, type Scope, scopesOf } from './identity.ts'
import { type KeyedHash, newToken } from './keyed-hash.ts'
import type { AccountStore, ApiKeyRow } from './store.ts'

/** More than anybody has programs; bounds what one account can fill. */
const keysMax = 100
/** How long a key that was found is remembered, and so works after it was revoked elsewhere. */
const rememberMs = 10_000
const rememberMax = 10_000
/** `last_used_at` is for people: a write for every request would cost more than the request. */
const touchMs = 60_000

export interface ApiKeys {
  create(
    by: Identity,
    name: string,
    scopes: readonly Scope[],
  ): Promise<Outcome<{ readonly row: ApiKeyRow; readonly apiKey: string }>>
  list(accountId: AccountId): Promise<readonly ApiKeyRow[]>
  revoke(accountId: AccountId, keyId: string): Promise<Outcome<null>>
  find(apiKey: string): Promise<Outcome<FoundKey>>
}

export interface FoundKey {
  readonly row: ApiKeyRow
  readonly identity: Identity
}

export interface ApiKeyParts {
  readonly store: AccountStore
  readonly tokenHash: KeyedHash
  nowMs(): number
  randomBytes(count: number): Uint8Array
}

export function createApiKeys({ store, tokenHash, nowMs, randomBytes }: ApiKeyParts): ApiKeys {
  const remembered = new Map<string, { readonly found: FoundKey; readonly untilMs: number }>()

  function remember(keyHash: string, found: FoundKey): void {
    const oldest = remembered.keys().next()
    if (remembered.size >= rememberMax && !oldest.done) remembered.delete(oldest.value)
    remembered.set(keyHash, { found, untilMs: nowMs() + rememberMs })
  }

  async function look(keyHash: string): Promise<FoundKey | null> {
    const row = await store.apiKeys.byHash(keyHash)
    const account = row === null ? null : await store.accounts.byId(row.accountId)
    if (row === null || account === null) return null
    const { accountId, role } = account
    const scopes = row.scopes.filter((scope) => scopesOf[role].includes(scope))
    const lastUsedAtMs = nowMs()
    if (lastUsedAtMs - (row.lastUsedAtMs ?? 0) >= touchMs) {
      await store.apiKeys.touch(row.keyId, lastUsedAtMs)
    }
    return { row, identity: { accountId, role, scopes, keyId: row.keyId } }
  }

  return {
    async create(by, name, scopes) {
      const missing = scopes.filter((scope) => !scopesOf[by.role].includes(scope))
      if (missing.length > 0) {
        return refuse('NOT_ALLOWED', `your account has no ${missing.join(', ')} to give`)
      }
      const apiKey = newToken('apiKey', randomBytes)
      const row: ApiKeyRow = {
        keyId: uuidV7From(nowMs(), randomBytes(10)),
        accountId: by.accountId,
        name,
        keyHash: tokenHash(apiKey),
        scopes: [...new Set(scopes)],
        createdAtMs: nowMs(),
        lastUsedAtMs: null,
      }
      if (await store.apiKeys.add(row, keysMax)) return pass({ row, apiKey })
      return refuse('NOT_ALLOWED', `an account has at most ${keysMax} keys: revoke one first`)
    },
    list: (accountId) => store.apiKeys.list(accountId),
    async revoke(accountId, keyId) {
      for (const [hash, { found }] of remembered) {
        if (found.row.keyId === keyId && found.row.accountId === accountId) remembered.delete(hash)
      }
      if (await store.apiKeys.remove(accountId, keyId)) return pass(null)
      return refuse('NOT_FOUND', 'you have no such key')
    },
    async find(apiKey) {
      const keyHash = tokenHash(apiKey)
      const known = remembered.get(keyHash)
      if (known !== undefined && known.untilMs > nowMs()) return pass(known.found)
      remembered.delete(keyHash)
      const found = await look(keyHash)
      if (found === null) return refuse('UNAUTHENTICATED', 'the API key is not one that works here')
      remember(keyHash, found)
      return pass(found)
    },
  }
}

/** The scopes of a role, for whoever signed in as the account itself. */
export function signedIn(accountId: AccountId, role: Role): Identity {
  return { accountId, role, scopes: scopesOf[role], keyId: null }
}
