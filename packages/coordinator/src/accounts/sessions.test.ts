import { type Outcome, routes } from '@vcp/protocol'
import { describe, expect, test } from 'vitest'
import { cheapPasswords, testAccounts } from '../testing/test-accounts.ts'
import { createPasswords } from './passwords.ts'
import { refreshMs } from './sessions.ts'

const ana = { userName: 'ana', password: 'correct horse', setupToken: null }

function must<T>(outcome: Outcome<T>): T {
  return outcome.ok ? outcome.value : expect.unreachable(outcome.reason)
}

describe('signing in', () => {
  test('gives tokens of the form that the protocol names', async () => {
    const { registration, sessions, accessTokens } = testAccounts()
    const { accountId } = must(await registration.register(ana))
    const session = must(await sessions.withPassword('ana', 'correct horse'))
    expect(must(accessTokens.verify(session.accessToken))).toEqual({ accountId, role: 'operator' })
    const form = routes.refresh.body
    expect(form.safeParse({ refresh_token: session.refreshToken }).success).toBe(true)
  })

  test('is refused in the same words for a wrong password and for an unknown name', async () => {
    const { registration, sessions } = testAccounts()
    await registration.register(ana)
    const wrong = await sessions.withPassword('ana', 'wrong horse')
    expect(wrong).toMatchObject({ ok: false, code: 'UNAUTHENTICATED' })
    expect(await sessions.withPassword('ben', 'correct horse')).toEqual(wrong)
  })

  test('brings a password hash to the cost of today', async () => {
    const { registration, sessions, store } = testAccounts()
    const { accountId } = must(await registration.register(ana))
    const old = createPasswords({ ...cheapPasswords, cost: { logN: 3, r: 8, p: 1 } })
    await store.accounts.setPasswordHash(accountId, must(await old.hash(ana.password)))
    must(await sessions.withPassword('ana', ana.password))
    expect((await store.accounts.byId(accountId))?.passwordHash).toMatch(/^scrypt\$4\$/)
  })
})

describe('a refresh token', () => {
  async function signedIn() {
    const accounts = testAccounts()
    must(await accounts.registration.register(ana))
    const session = must(await accounts.sessions.withPassword('ana', ana.password))
    return { ...accounts, session }
  }

  test('is exchanged for a new pair, again and again', async () => {
    const { sessions, session } = await signedIn()
    const second = must(await sessions.refresh(session.refreshToken))
    const third = must(await sessions.refresh(second.refreshToken))
    const seen = [session, second, third].flatMap((each) => [each.accessToken, each.refreshToken])
    expect(new Set(seen).size).toBe(6)
  })

  test('used twice signs out whoever has a token of its family', async () => {
    const { sessions, session } = await signedIn()
    const second = must(await sessions.refresh(session.refreshToken))
    const other = must(await sessions.withPassword('ana', ana.password))
    const stolen = await sessions.refresh(session.refreshToken)
    expect(stolen).toMatchObject({ ok: false, code: 'UNAUTHENTICATED' })
    expect((await sessions.refresh(second.refreshToken)).ok).toBe(false)
    expect((await sessions.refresh(other.refreshToken)).ok).toBe(true)
  })

  test('is good for 30 days', async () => {
    const { sessions, session, clock } = await signedIn()
    clock.advance(refreshMs - 1)
    const second = must(await sessions.refresh(session.refreshToken))
    clock.advance(refreshMs)
    expect((await sessions.refresh(second.refreshToken)).ok).toBe(false)
  })

  test('is not in the store as it is', async () => {
    const { sessions, session, store } = await signedIn()
    expect((await sessions.refresh(`rt_${'A'.repeat(64)}`)).ok).toBe(false)
    const raw = { tokenHash: 'next', expiresAtMs: Number.MAX_SAFE_INTEGER }
    const found = await store.refreshTokens.rotate(session.refreshToken, raw, 0)
    expect(found).toEqual({ kind: 'unknown' })
  })
})

describe('registration', () => {
  test('refuses a name that is taken, in any case', async () => {
    const { registration } = testAccounts()
    await registration.register(ana)
    const again = await registration.register({ ...ana, userName: 'ANA' })
    expect(again).toMatchObject({ ok: false, code: 'CONFLICT' })
  })

  test('is closed where newcomers have no role', async () => {
    const { registration } = testAccounts({ newcomerRole: null })
    const outcome = await registration.register(ana)
    expect(outcome).toMatchObject({ ok: false, code: 'NOT_ALLOWED' })
    const token = (await registration.setupToken()) ?? expect.unreachable()
    const admin = must(await registration.register({ ...ana, setupToken: token }))
    expect(admin.role).toBe('admin')
  })

  test('makes the first administrator by a token that works once', async () => {
    const { registration } = testAccounts()
    const older = await registration.setupToken()
    const token = (await registration.setupToken()) ?? expect.unreachable()
    const withToken = (userName: string, setupToken: string) =>
      registration.register({ ...ana, userName, setupToken })
    expect(must(await withToken('ana', token)).role).toBe('admin')
    for (const used of [token, older ?? '', 'A'.repeat(32)]) {
      const again = await withToken('ben', used)
      expect(again).toMatchObject({ ok: false, code: 'UNAUTHENTICATED' })
    }
    expect(await registration.setupToken()).toBeNull()
  })
})
