import type { AccountId } from '@vcp/protocol'
import { Wallet } from 'ethers'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { taskIdOf } from '../core/testing/samples.ts'
import { type Caller, callerOf, signIn } from '../testing/http-caller.ts'
import { startTestServer, type TestServer } from '../testing/test-server.ts'

let server: TestServer
let anyone: Caller
let admin: Caller
let ana: Caller
let ben: Caller
beforeAll(async () => {
  server = await startTestServer()
  anyone = callerOf(server.url)
  admin = await signIn(server.url, 'root_1', server.setupToken ?? '')
  ana = await signIn(server.url, 'ana')
  ben = await signIn(server.url, 'ben')
})
afterAll(() => server.stop())

const credentials = (username: string) => ({ username, password: 'correct horse' })

async function keyOf(caller: Caller, scopes: readonly string[]) {
  const { json } = await caller.call('createApiKey', { body: { name: 'ci', scopes } })
  return json as { readonly api_key: string; readonly key_id: string }
}

describe('accounts over HTTP', () => {
  test('are opened once a name, and have books from then on', async () => {
    const made = await anyone.call('register', { body: credentials('cleo') })
    expect(made).toMatchObject({ status: 201, json: { username: 'cleo', role: 'operator' } })
    expect(server.loop.state.accounts.has(made.field('account_id') as AccountId)).toBe(true)
    const again = await anyone.call('register', { body: credentials('Cleo') })
    expect(again).toMatchObject({ status: 409, json: { error: 'conflict' } })
  })

  test('have one first administrator', async () => {
    const body = { ...credentials('mallory'), setup_token: server.setupToken }
    expect(await anyone.call('register', { body })).toMatchObject({ status: 401 })
    expect(await admin.call('listUsers')).toMatchObject({ status: 200 })
    expect(await ana.call('listUsers')).toMatchObject({
      status: 403,
      json: { error: 'forbidden', details: { code: 'NOT_ALLOWED', scope: 'admin' } },
    })
  })

  test('are listed to administrators, page by page', async () => {
    const first = await admin.call('listUsers', { query: { limit: '2' } })
    const cursor = first.field('next_cursor')
    const second = await admin.call('listUsers', { query: { limit: '2', cursor } })
    const [page, next] = [first, second].map(({ json }) => json['users'] as { username: string }[])
    const seen = [...page!, ...next!].map(({ username }) => username)
    expect(new Set(seen).size).toBe(seen.length)
    expect(await admin.call('listUsers', { query: { cursor: 'AAAA' } })).toMatchObject({
      status: 422,
    })
  })

  test('of wallets are opened by signing in', async () => {
    const wallet = new Wallet(`0x${'c3'.repeat(32)}`)
    const address = wallet.address.toLowerCase()
    const asked = await anyone.call('walletChallenge', { body: { address } })
    const message = asked.field('message')
    const body = { message, signature: wallet.signMessageSync(message) }
    const signedIn = await anyone.call('walletLogin', { body })
    expect(signedIn.status).toBe(200)
    expect(await anyone.call('walletLogin', { body })).toMatchObject({ status: 401 })
    const authorization = `Bearer ${signedIn.field('access_token')}`
    expect((await anyone.with({ authorization }).call('listNodes')).status).toBe(200)
  })
})

describe('tokens over HTTP', () => {
  async function session() {
    const { json } = await anyone.call('login', { body: credentials('ana') })
    return json as { readonly access_token: string; readonly refresh_token: string }
  }
  const asked = (authorization: string) => anyone.with({ authorization }).call('listTasks')

  test('expire', async () => {
    const { access_token } = await session()
    expect((await asked(`Bearer ${access_token}`)).status).toBe(200)
    server.advance(3_600_000)
    expect(await asked(`Bearer ${access_token}`)).toMatchObject({
      status: 401,
      json: { error: 'unauthorized' },
    })
    ana = await signIn(server.url, 'ana')
    ben = await signIn(server.url, 'ben')
    admin = await signIn(server.url, 'root_1')
  })

  test('are refused when tampered with, unsigned, or made elsewhere', async () => {
    const { access_token } = await session()
    const [head, body, tail] = access_token.split('.')
    const none = Buffer.from('{"alg":"none","typ":"JWT"}').toString('base64url')
    const claims = JSON.parse(Buffer.from(body!, 'base64url').toString())
    const promoted = Buffer.from(JSON.stringify({ ...claims, role: 'admin' })).toString('base64url')
    const forged = [`${none}.${body}.`, `${head}.${promoted}.${tail}`, `${head}.${body}.${tail}x`]
    for (const token of forged) expect((await asked(`Bearer ${token}`)).status).toBe(401)

    const other = await startTestServer({ accounts: { audience: 'other' } })
    try {
      await callerOf(other.url).call('register', { body: credentials('ana') })
      const elsewhere = await callerOf(other.url).call('login', { body: credentials('ana') })
      expect((await asked(`Bearer ${elsewhere.field('access_token')}`)).status).toBe(401)
    } finally {
      await other.stop()
    }
  })

  test('are refreshed once; a second time signs everybody out', async () => {
    const { refresh_token } = await session()
    const refreshed = await anyone.call('refresh', { body: { refresh_token } })
    expect(refreshed.status).toBe(200)
    expect((await anyone.call('refresh', { body: { refresh_token } })).status).toBe(401)
    const next = { refresh_token: refreshed.field('refresh_token') }
    expect((await anyone.call('refresh', { body: next })).status).toBe(401)
  })

  test('are of no use after signing out, which tells nobody whether it knew them', async () => {
    const body = { refresh_token: (await session()).refresh_token }
    expect((await anyone.call('logout', { body })).status).toBe(204)
    expect((await anyone.call('refresh', { body })).status).toBe(401)
    expect((await anyone.call('logout', { body })).status).toBe(204)
  })
})

describe('API keys over HTTP', () => {
  test('do what their scopes say and nothing else', async () => {
    const { api_key } = await keyOf(ana, ['tasks:read'])
    const program = anyone.with({ 'x-api-key': api_key })
    expect((await program.call('listTasks')).status).toBe(200)
    const denied = await program.call('listNodes')
    expect(denied).toMatchObject({ status: 403, json: { details: { scope: 'nodes:read' } } })
    const info = await program.call('validateApiKey')
    expect(info).toMatchObject({ status: 200, json: { name: 'ci', scopes: ['tasks:read'] } })
  })

  test('cannot make, show or revoke keys', async () => {
    const { api_key, key_id } = await keyOf(ana, ['tasks:read'])
    const program = anyone.with({ 'x-api-key': api_key })
    const body = { name: 'more', scopes: ['tasks:read'] }
    expect((await program.call('createApiKey', { body })).status).toBe(403)
    expect((await program.call('listApiKeys')).status).toBe(403)
    expect((await program.call('revokeApiKey', { params: { id: key_id } })).status).toBe(403)
  })

  test('never reach further than their account', async () => {
    const body = { name: 'ci', scopes: ['admin'] }
    expect((await ana.call('createApiKey', { body })).status).toBe(403)
  })

  test('of somebody else are not there', async () => {
    const { api_key, key_id } = await keyOf(ana, ['tasks:read'])
    const params = { id: key_id }
    expect((await ben.call('revokeApiKey', { params })).status).toBe(404)
    expect((await ana.call('revokeApiKey', { params })).status).toBe(204)
    expect((await ana.call('revokeApiKey', { params })).status).toBe(404)
    expect((await anyone.with({ 'x-api-key': api_key }).call('listTasks')).status).toBe(401)
  })

  test('are refused together with a token, and where only a key is asked about', async () => {
    const { api_key } = await keyOf(ana, ['tasks:read'])
    expect((await ana.with({ 'x-api-key': api_key }).call('listTasks')).status).toBe(401)
    expect((await ana.call('validateApiKey')).status).toBe(401)
    const wrong = { 'x-api-key': `vcp_${'A'.repeat(32)}` }
    expect((await anyone.with(wrong).call('listTasks')).status).toBe(401)
  })
})

test('every route that is not public asks who is calling', async () => {
  const { routes, pathOf } = await import('@vcp/protocol')
  for (const [name, { access, method }] of Object.entries(routes)) {
    if (access === 'public') continue
    const params = { id: taskIdOf(1), cid: `b${'a'.repeat(58)}` }
    const response = await fetch(server.url + pathOf(name as keyof typeof routes, params), {
      method,
    })
    expect([name, response.status]).toEqual([name, 401])
  }
})

test('the audit log has who tried what, and is for administrators', async () => {
  await anyone.call('login', { body: { username: 'mallory', password: 'wrong horse' } })
  await ben.call('auditLog')
  const { status, json } = await admin.call('auditLog', { query: { limit: '5' } })
  expect(status).toBe(200)
  const entries = json['entries'] as { readonly action: string }[]
  expect(entries).toContainEqual(
    expect.objectContaining({ action: 'login', subject: 'mallory', outcome: 'refused' }),
  )
  expect(entries).toContainEqual(
    expect.objectContaining({ action: 'auditLog', outcome: 'refused', address: '127.0.0.1' }),
  )
  expect(JSON.stringify(json)).not.toContain('horse')
})
