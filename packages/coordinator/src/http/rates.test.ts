import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Caller, callerOf, signIn } from '../testing/http-caller.ts'
import { startTestServer, type TestServer } from '../testing/test-server.ts'
import { standardRates } from './rate-limiter.ts'

let server: TestServer
let admin: Caller
let ana: Caller
let ben: Caller
beforeAll(async () => {
  server = await startTestServer({ http: { rates: standardRates } })
  admin = await signIn(server.url, 'root_1', server.setupToken ?? '')
  server.advance(60_000)
  ana = await signIn(server.url, 'ana')
  server.advance(60_000)
  ben = await signIn(server.url, 'ben')
})
afterAll(() => server.stop())

async function statuses(caller: Caller, count: number): Promise<number[]> {
  const found: number[] = []
  for (let n = 0; n < count; n += 1) found.push((await caller.call('listTasks')).status)
  return found
}

describe('rates', () => {
  test('are of an account, not of its address', async () => {
    const burst = standardRates.tasks.burst
    expect(await statuses(ana, burst)).toEqual(Array(burst).fill(200))
    const answer = await ana.call('listTasks')
    expect(answer).toMatchObject({ status: 429, json: { error: 'rate_limited' } })
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0)
    expect(await statuses(ben, 1)).toEqual([200])
    server.advance(Number(answer.headers.get('retry-after')) * 1_000)
    expect(await statuses(ana, 1)).toEqual([200])
  })

  test('slow down whoever guesses passwords, and keys as well', async () => {
    server.advance(60_000)
    const anyone = callerOf(server.url)
    const guess = () => anyone.call('login', { body: { username: 'ana', password: 'wrong horse' } })
    const guessed = [await guess(), await guess(), await guess(), await guess()]
    expect(guessed.map(({ status }) => status)).toEqual([401, 401, 401, 429])
    const key = anyone.with({ 'x-api-key': `vcp_${'A'.repeat(32)}` })
    expect((await key.call('listTasks')).status).toBe(429)
    server.advance(60_000)
    expect((await key.call('listTasks')).status).toBe(401)
    expect((await ben.call('listTasks')).status).toBe(200)
  })

  test('believe of an address what our own proxy says, and no stranger', async () => {
    const behind = await startTestServer({
      http: { rates: standardRates, trustedProxies: ['127.0.0.1'] },
    })
    const refresh = { body: { refresh_token: `rt_${'A'.repeat(64)}` } }
    const tryFrom = async (url: string, address: string) =>
      (await callerOf(url, { 'x-forwarded-for': address }).call('refresh', refresh)).status
    server.advance(60_000)
    for (const url of [server.url, behind.url]) {
      for (let n = 0; n < 3; n += 1) expect(await tryFrom(url, '192.0.2.1')).toBe(401)
    }
    expect(await tryFrom(server.url, '192.0.2.2')).toBe(429)
    expect(await tryFrom(behind.url, '192.0.2.1')).toBe(429)
    expect(await tryFrom(behind.url, '192.0.2.2')).toBe(401)
    await behind.stop()
  })

  test('do not hold up who asks for health', async () => {
    const anyone = callerOf(server.url)
    for (let n = 0; n < 30; n += 1) expect((await anyone.call('health')).status).toBe(200)
  })

  test('of one account are raised by an administrator, and stay so after a restart', async () => {
    server.advance(60_000)
    const { json } = await ana.call('createApiKey', { body: { name: 'a', scopes: ['tasks:read'] } })
    expect(json['key_id']).toBeDefined()
    const users = (await admin.call('listUsers')).json['users'] as Record<string, string>[]
    const account_id = users.find(({ username }) => username === 'ana')?.['account_id']
    const body = { account_id, class: 'tasks', per_minute: 6_000, burst: 100 }
    expect(await admin.call('overrideThrottle', { body })).toMatchObject({ status: 201 })
    expect(await statuses(ana, 40)).toEqual(Array(40).fill(200))
    expect(await server.accountStore.rateOverrides.all()).toHaveLength(1)
    const nobody = { ...body, account_id: '019f0000-0000-7000-8000-000000000099' }
    expect((await admin.call('overrideThrottle', { body: nobody })).status).toBe(404)
    expect((await ben.call('overrideThrottle', { body })).status).toBe(403)
  })
})
