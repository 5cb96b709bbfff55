// Signing in and staying signed in: a short access token, and a refresh token that is replaced each
// time it is used.
import { type AccountId, type Outcome, pass, refuse, uuidV7From } from '@vcp/protocol'
import type { AccessTokens } from './access-tokens.ts'
import { type KeyedHash, newToken } from './keyed-hash.ts'
import type { Passwords } from './passwords.ts'
import type { Account, AccountStore } from './store.ts'

/** A refresh token is good for this long after it was made. */
export const refreshMs = 30 * 86_400_000

export interface Session {
  readonly accountId: AccountId
  readonly accessToken: string
  readonly refreshToken: string
  readonly expiresInSeconds: number
}

export interface Sessions {
  withPassword(userName: string, password: string): Promise<Outcome<Session>>
  /** A token that was used before takes its whole family with it. */
  refresh(refreshToken: string): Promise<Outcome<Session>>
  /** Revokes a token and its family; nothing happens where it is known to nobody. */
  end(refreshToken: string): Promise<void>
  /** For whoever has been found to be this account. */
  open(account: Account): Promise<Session>
}

export interface SessionParts {
  readonly store: AccountStore
  readonly passwords: Passwords
  readonly accessTokens: AccessTokens
  readonly tokenHash: KeyedHash
  nowMs(): number
  randomBytes(count: number): Uint8Array
}

export function createSessions(parts: SessionParts): Sessions {
  const { store, passwords, accessTokens, tokenHash, nowMs, randomBytes } = parts

  function sessionOf({ accountId, role }: Account, refreshToken: string): Session {
    const tokenId = uuidV7From(nowMs(), randomBytes(10))
    return {
      accountId,
      accessToken: accessTokens.sign({ accountId, role }, tokenId),
      refreshToken,
      expiresInSeconds: accessTokens.secondsMax,
    }
  }

  async function open(account: Account): Promise<Session> {
    const refreshToken = newToken('refresh', randomBytes)
    await store.refreshTokens.add({
      tokenHash: tokenHash(refreshToken),
      familyId: uuidV7From(nowMs(), randomBytes(10)),
      accountId: account.accountId,
      expiresAtMs: nowMs() + refreshMs,
    })
    return sessionOf(account, refreshToken)
  }

  return {
    open,
    async withPassword(userName, password) {
      const account = await store.accounts.byUserName(userName)
      const checked = await passwords.verify(password, account?.passwordHash ?? null)
      if (!checked.ok) return checked
      if (account === null || !checked.value.isRight) {
        return refuse('UNAUTHENTICATED', 'there is no such account, or the password is another')
      }
      if (checked.value.isDated) {
        const renewed = await passwords.hash(password)
        if (renewed.ok) await store.accounts.setPasswordHash(account.accountId, renewed.value)
      }
      return pass(await open(account))
    },
    async refresh(refreshToken) {
      const next = newToken('refresh', randomBytes)
      const successor = { tokenHash: tokenHash(next), expiresAtMs: nowMs() + refreshMs }
      const rotation = await store.refreshTokens.rotate(tokenHash(refreshToken), successor, nowMs())
      if (rotation.kind !== 'rotated') return refuse('UNAUTHENTICATED', refusals[rotation.kind])
      const account = await store.accounts.byId(rotation.accountId)
      if (account === null) return refuse('UNAUTHENTICATED', refusals.unknown)
      return pass(sessionOf(account, next))
    },
    end: (refreshToken) => store.refreshTokens.revokeFamily(tokenHash(refreshToken)),
  }
}

const refusals = {
  unknown: 'the refresh token is not one of this coordinator, or it was revoked',
  expired: 'the refresh token has expired',
  reused: 'the refresh token was used before; all that came from the same signing in are revoked',
} as const
