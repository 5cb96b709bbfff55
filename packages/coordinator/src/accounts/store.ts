// What accounts keep, as ports: one small table for each kind of thing.
import type { AccountId, OwnerAddress, PeerId, RateClass, SignedNodeBinding } from '@vcp/protocol'
import type { Role, Scope } from './identity.ts'

export interface Account {
  readonly accountId: AccountId
  /** Null: signs in with a wallet. */
  readonly userName: string | null
  readonly passwordHash: string | null
  readonly address: OwnerAddress | null
  readonly role: Role
  readonly createdAtMs: number
}

export interface AccountTable {
  /** False, and nothing is stored, where the id, the name in any case, or the address is taken. */
  add(account: Account): Promise<boolean>
  byId(accountId: AccountId): Promise<Account | null>
  /** Whatever the case: `Ana` and `ana` are one name. */
  byUserName(userName: string): Promise<Account | null>
  byAddress(address: OwnerAddress): Promise<Account | null>
  /** In the order of their ids, which is that of their making. */
  list(after: string | null, limit: number): Promise<readonly Account[]>
  setPasswordHash(accountId: AccountId, passwordHash: string): Promise<void>
}

/** The first administrator comes in by a token that works once. */
export interface SetupTable {
  hasAdmin(): Promise<boolean>
  /** Replaces the token that there was. */
  arm(tokenHash: string): Promise<void>
  /** Takes the token and adds the account, both or neither. */
  redeem(tokenHash: string, account: Account): Promise<'added' | 'token-unknown' | 'name-taken'>
}

export interface RefreshTokenRow {
  readonly tokenHash: string
  /** Tokens that came from one signing in, each from the one before. */
  readonly familyId: string
  readonly accountId: AccountId
  readonly expiresAtMs: number
}

export type Rotation =
  | { readonly kind: 'rotated'; readonly accountId: AccountId }
  | { readonly kind: 'unknown' | 'expired' }
  /** It was used before: somebody has a copy. The whole family is gone. */
  | { readonly kind: 'reused'; readonly accountId: AccountId }

export interface Successor {
  readonly tokenHash: string
  readonly expiresAtMs: number
}

export interface RefreshTokenTable {
  add(row: RefreshTokenRow): Promise<void>
  rotate(tokenHash: string, successor: Successor, nowMs: number): Promise<Rotation>
  /** The token, used or not, and all of its family. */
  revokeFamily(tokenHash: string): Promise<void>
  prune(expiredByMs: number): Promise<void>
}

export interface ApiKeyRow {
  readonly keyId: string
  readonly accountId: AccountId
  readonly name: string
  readonly keyHash: string
  readonly scopes: readonly Scope[]
  readonly createdAtMs: number
  readonly lastUsedAtMs: number | null
}

export interface ApiKeyTable {
  /** False, and nothing is stored, where the account has `keysMax` keys. */
  add(row: ApiKeyRow, keysMax: number): Promise<boolean>
  byHash(keyHash: string): Promise<ApiKeyRow | null>
  list(accountId: AccountId): Promise<readonly ApiKeyRow[]>
  /** False where this account has no such key. */
  remove(accountId: AccountId, keyId: string): Promise<boolean>
  touch(keyId: string, atMs: number): Promise<void>
}

/** Things that may happen once: the nonces of messages that wallets signed. */
export interface OnceTable {
  /** False where it was taken before. */
  take(name: string, expiresAtMs: number): Promise<boolean>
  prune(expiredByMs: number): Promise<void>
}

export interface AuditRow {
  readonly atMs: number
  readonly accountId: AccountId | null
  readonly action: string
  readonly subject: string | null
  readonly outcome: 'allowed' | 'refused'
  readonly requestId: string
  readonly address: string | null
}

export interface AuditTable {
  append(rows: readonly AuditRow[]): Promise<void>
  /** The newest first; `before` is the place of the last one of the page before. */
  page(
    before: number | null,
    limit: number,
  ): Promise<readonly (AuditRow & { readonly place: number })[]>
  /** Drops what is older, and the oldest beyond `rowsMax`. */
  prune(beforeMs: number, rowsMax: number): Promise<void>
}

export interface RateOverride {
  readonly accountId: AccountId
  readonly rateClass: RateClass
  readonly perMinute: number
  readonly burst: number
}

export interface RateOverrideTable {
  put(override: RateOverride): Promise<void>
  all(): Promise<readonly RateOverride[]>
}

/** What owners signed for their nodes. The log has that they did; evidence takes the signature. */
export interface BindingTable {
  put(binding: SignedNodeBinding): Promise<void>
  get(peerId: PeerId): Promise<SignedNodeBinding | null>
}

export interface AccountStore {
  readonly accounts: AccountTable
  readonly setup: SetupTable
  readonly refreshTokens: RefreshTokenTable
  readonly apiKeys: ApiKeyTable
  readonly once: OnceTable
  readonly audit: AuditTable
  readonly rateOverrides: RateOverrideTable
  readonly bindings: BindingTable
  close(): Promise<void>
}
