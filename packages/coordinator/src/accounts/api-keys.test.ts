import { type AccountId, type Outcome, routes } from '@vcp/protocol'
import { describe, expect, test } from 'vitest'
import { testAccounts } from '../testing/test-accounts.ts'
import { signedIn } from './api-keys.ts'

function must<T>(outcome: Outcome<T>): T {
  return outcome.ok ? outcome.value : expect.unreachable(outcome.reason)
}

async function withAccount() {
  const accounts = testAccounts()
  const ana = { userName: 'ana', password: 'correct horse', setupToken: null }
  const { accountId, role } = must(await accounts.registration.register(ana))
  return { ...accounts, by: signedIn(accountId, role) }
}

const stranger = '019f0000-0000-7000-8000-000000000099' as AccountId

describe('an API key', () => {
  test('has the form that the protocol names, and says what it may do', async () => {
    const { apiKeys, by } = await withAccount()
    const { apiKey, row } = must(await apiKeys.create(by, 'ci', ['tasks:read', 'tasks:read']))
    expect(routes.createApiKey.answer.shape.api_key.safeParse(apiKey).success).toBe(true)
    const { identity } = must(await apiKeys.find(apiKey))
    expect(identity).toEqual({ ...by, scopes: ['tasks:read'], keyId: row.keyId })
  })

  test('is not in the store as it is', async () => {
    const { apiKeys, by, store } = await withAccount()
    const { apiKey, row } = must(await apiKeys.create(by, 'ci', ['tasks:read']))
    expect(await store.apiKeys.byHash(apiKey)).toBeNull()
    expect(JSON.stringify(row)).not.toContain(apiKey)
  })

  test('may not do more than the account that makes it', async () => {
    const { apiKeys, by } = await withAccount()
    const outcome = await apiKeys.create(by, 'ci', ['tasks:read', 'admin'])
    expect(outcome).toMatchObject({ ok: false, code: 'NOT_ALLOWED' })
  })

  test('works no more from the moment it is revoked', async () => {
    const { apiKeys, by } = await withAccount()
    const { apiKey, row } = must(await apiKeys.create(by, 'ci', ['tasks:read']))
    must(await apiKeys.find(apiKey))
    must(await apiKeys.revoke(by.accountId, row.keyId))
    expect(await apiKeys.find(apiKey)).toMatchObject({ ok: false, code: 'UNAUTHENTICATED' })
    expect(await apiKeys.list(by.accountId)).toEqual([])
  })

  test('of somebody else can be neither seen nor revoked', async () => {
    const { apiKeys, by } = await withAccount()
    const { apiKey, row } = must(await apiKeys.create(by, 'ci', ['tasks:read']))
    expect(await apiKeys.list(stranger)).toEqual([])
    const outcome = await apiKeys.revoke(stranger, row.keyId)
    expect(outcome).toMatchObject({ ok: false, code: 'NOT_FOUND' })
    expect((await apiKeys.find(apiKey)).ok).toBe(true)
  })

  test('remembers when it was last used, a minute at a time', async () => {
    const { apiKeys, by, clock } = await withAccount()
    const { apiKey } = must(await apiKeys.create(by, 'ci', ['tasks:read']))
    const lastUsed = async () => (await apiKeys.list(by.accountId))[0]?.lastUsedAtMs
    expect(await lastUsed()).toBeNull()
    const first = clock.nowMs()
    await apiKeys.find(apiKey)
    clock.advance(59_000)
    await apiKeys.find(apiKey)
    expect(await lastUsed()).toBe(first)
    clock.advance(11_000)
    await apiKeys.find(apiKey)
    expect(await lastUsed()).toBe(clock.nowMs())
  })
})
