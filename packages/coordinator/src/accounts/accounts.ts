// Accounts of one coordinator, put together from a store and a secret.
import { type AccessTokens, createAccessTokens } from './access-tokens.ts'
import { type ApiKeys, createApiKeys } from './api-keys.ts'
import { type AuditTrail, createAuditTrail, standardAudit } from './audit-trail.ts'
import type { Role } from './identity.ts'
import { keyedHash, keyFor } from './keyed-hash.ts'
import { createPasswords, type PasswordOptions, standardPasswords } from './passwords.ts'
import { createRegistration, type Registration } from './registration.ts'
import { createSessions, type Sessions } from './sessions.ts'
import type { AccountStore } from './store.ts'
import type { WalletPlace } from './wallet-message.ts'
import { createWalletSignIn, type WalletSignIn } from './wallet-sign-in.ts'

export interface AccountOptions {
  /** The network's name; a token of another network or coordinator is worth nothing here. */
  readonly audience: string
  readonly place: WalletPlace
  readonly accessSeconds: number
  readonly newcomerRole: Exclude<Role, 'admin'> | null
  readonly passwords?: PasswordOptions
}

export interface AccountParts {
  readonly store: AccountStore
  /** 32 bytes; every key of accounts is derived from it. */
  readonly secret: Uint8Array
  nowMs(): number
  randomBytes(count: number): Uint8Array
  onFailure(error: unknown): void
}

export interface Accounts {
  readonly registration: Registration
  readonly sessions: Sessions
  readonly wallets: WalletSignIn
  readonly apiKeys: ApiKeys
  readonly accessTokens: AccessTokens
  readonly audit: AuditTrail
  readonly store: AccountStore
}

export function createAccounts(parts: AccountParts, options: AccountOptions): Accounts {
  const { store, secret, nowMs, randomBytes, onFailure } = parts
  const passwords = createPasswords(options.passwords ?? standardPasswords)
  const tokenHash = keyedHash(keyFor(secret, 'token-hash'))
  const accessTokens = createAccessTokens({
    key: keyFor(secret, 'access-token'),
    issuer: options.place.uri,
    audience: options.audience,
    seconds: options.accessSeconds,
    nowMs,
  })
  const { newcomerRole, place } = options
  const shared = { store, passwords, tokenHash, nowMs, randomBytes }
  const nonceKey = keyFor(secret, 'wallet-nonce')
  return {
    registration: createRegistration({ ...shared, newcomerRole }),
    sessions: createSessions({ ...shared, accessTokens }),
    wallets: createWalletSignIn({ once: store.once, place, nonceKey, nowMs, randomBytes }),
    apiKeys: createApiKeys(shared),
    accessTokens,
    audit: createAuditTrail({ table: store.audit, policy: standardAudit, nowMs, onFailure }),
    store,
  }
}

/** Drops what nobody can use any more. Worth doing now and then; nothing depends on it. */
export async function pruneAccounts(store: AccountStore, nowMs: number): Promise<void> {
  await store.refreshTokens.prune(nowMs)
  await store.once.prune(nowMs)
}
