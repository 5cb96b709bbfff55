import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { taskIdOf, wasmTask } from '../core/testing/samples.ts'
import { type Caller, callerOf, signIn } from '../testing/http-caller.ts'
import { startTestServer, type TestServer } from '../testing/test-server.ts'

let server: TestServer
let ana: Caller
let anyone: Caller
beforeAll(async () => {
  server = await startTestServer({ newcomerCreditsMicro: 5_000_000 })
  anyone = callerOf(server.url)
  await signIn(server.url, 'root_1', server.setupToken ?? '')
  ana = await signIn(server.url, 'ana')
})
afterAll(() => server.stop())

describe('an account, shown to whom it belongs', () => {
  test('has its credits, and apart from them what is put aside for its tasks', async () => {
    expect((await ana.call('getAccount')).json).toMatchObject({
      role: 'operator',
      balance_micro: 5_000_000,
      escrow_micro: 0,
      wallets: [],
    })
    const task = wasmTask({ reward_micro: 1_500_000 })
    await ana.call('submitTask', { body: { task_id: taskIdOf(1), task } })
    expect((await ana.call('getAccount')).json).toMatchObject({
      balance_micro: 3_500_000,
      escrow_micro: 1_500_000,
    })
    await ana.call('cancelTask', { params: { id: taskIdOf(1) } })
    expect((await ana.call('getAccount')).json).toMatchObject({
      balance_micro: 5_000_000,
      escrow_micro: 0,
    })
  })

  test('is shown to a key with the scopes of that key', async () => {
    const body = { name: 'reader', scopes: ['tasks:read'] }
    const made = await ana.call('createApiKey', { body })
    const reader = anyone.with({ 'x-api-key': made.field('api_key') })
    const { json } = await reader.call('getAccount')
    expect(json).toMatchObject({ scopes: ['tasks:read'], balance_micro: 5_000_000 })
  })

  test('has the name that nodes are told, and another one than another account', async () => {
    const { json } = await ana.call('getAccount')
    expect(json['requester']).toMatch(/^[0-9a-f]{64}$/)
    const cleo = await signIn(server.url, 'cleo')
    const other = (await cleo.call('getAccount')).json
    expect(other['requester']).toMatch(/^[0-9a-f]{64}$/)
    expect(other['requester']).not.toBe(json['requester'])
  })

  test('is shown to nobody else', async () => {
    expect((await anyone.call('getAccount')).status).toBe(401)
    const ben = await signIn(server.url, 'ben')
    const { json } = await ben.call('getAccount')
    expect(json['account_id']).not.toBe((await ana.call('getAccount')).json['account_id'])
  })
})
