import { errors, routes } from '@vcp/protocol'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { taskIdOf, wasmTask } from '../core/testing/samples.ts'
import { type AppendFault, createMemoryDisk } from '../journal/memory-journal.ts'
import { type Caller, callerOf, signIn } from '../testing/http-caller.ts'
import { openSocket, parseRaw, untilClosed } from '../testing/raw-http.ts'
import { startTestServer, type TestServer } from '../testing/test-server.ts'

let server: TestServer
let admin: Caller
let fault: AppendFault | null = null
beforeAll(async () => {
  const disk = createMemoryDisk({ faultOf: () => fault })
  const http = { corsOrigins: ['https://app.example'] }
  server = await startTestServer({ disk, http, newcomerCreditsMicro: 1_000 })
  admin = await signIn(server.url, 'root_1', server.setupToken ?? '')
})
afterAll(() => server.stop())

const body = (n: number) => ({ task_id: taskIdOf(n), task: wasmTask() })

describe('the description of the API', () => {
  test('is OpenAPI 3.1 and has every route, with a schema wherever JSON goes', async () => {
    const response = await fetch(`${server.url}/api/docs/openapi.json`)
    const document = JSON.parse(await response.text())
    expect(document.openapi).toBe('3.1.0')
    for (const [name, { method, path, status, refusals }] of Object.entries(routes)) {
      const operation = document.paths[path][method.toLowerCase()]
      expect(operation.operationId).toBe(name)
      expect(operation.responses[status]).toBeDefined()
      for (const code of refusals) {
        expect(operation.responses[errors[code].status].description).toContain(code)
      }
    }
    const references = new Set(JSON.stringify(document).match(/#\/components\/[^"]+/g))
    expect([...references]).toEqual(['#/components/schemas/Error'])
    expect(document.components.schemas.Error.properties.error.enum).toContain('not_found')
  })

  test('has a page for people, with no script and nothing from elsewhere', async () => {
    const response = await fetch(`${server.url}/api/docs`)
    const page = await response.text()
    expect(response.headers.get('content-type')).toMatch(/^text\/html/)
    expect(response.headers.get('content-security-policy')).toMatch(/^default-src 'none'/)
    expect(page).not.toMatch(/<script|src=|https?:\/\//)
    for (const { path } of Object.values(routes)) expect(page).toContain(path)
  })
})

describe('pages of other origins', () => {
  const preflight = (origin: string) =>
    fetch(`${server.url}/api/v1/tasks`, {
      method: 'OPTIONS',
      headers: { origin, 'access-control-request-method': 'POST' },
    })

  test('may call when they are on the list', async () => {
    const { headers } = await preflight('https://app.example')
    expect(headers.get('access-control-allow-origin')).toBe('https://app.example')
    expect(headers.get('access-control-allow-credentials')).toBeNull()
  })

  test('may not otherwise', async () => {
    const { headers } = await preflight('https://evil.example')
    expect(headers.get('access-control-allow-origin')).not.toBe('https://evil.example')
    expect(headers.get('access-control-allow-origin')).not.toBe('*')
  })
})

describe('figures', () => {
  test('are for administrators, and name routes, not what was asked for', async () => {
    expect((await callerOf(server.url).call('metrics')).status).toBe(401)
    await fetch(`${server.url}/api/v1/made-up/${Math.PI}`)
    await admin.call('getTask', { params: { id: taskIdOf(77) } })
    const { text, status } = await admin.call('metrics')
    expect(status).toBe(200)
    expect(text).toMatch(/vcp_http_requests_total\{route="getTask",status="4xx"\} 1/)
    expect(text).toMatch(/vcp_http_requests_total\{route="none",status="4xx"\} 1/)
    expect(text).toMatch(/vcp_tasks\{state="pending"\} 0/)
    for (const invented of ['made-up', String(Math.PI), taskIdOf(77)]) {
      expect(text).not.toContain(invented)
    }
    const labels = new Set([...text.matchAll(/route="(\w+)"/g)].map(([, name]) => name))
    for (const name of labels) expect([...Object.keys(routes), 'none']).toContain(name)
  })
})

test('a newcomer has what the coordinator gives to begin with', async () => {
  const cleo = await signIn(server.url, 'cleo')
  const task = wasmTask({ reward_micro: 600 })
  const first = await cleo.call('submitTask', { body: { task_id: taskIdOf(60), task } })
  expect(first.status).toBe(201)
  const second = await cleo.call('submitTask', { body: { task_id: taskIdOf(61), task } })
  expect(second.json).toMatchObject({ details: { code: 'CREDITS_SHORT' } })
})

test('a full disk: nothing is taken, all that was is kept, and it goes on by itself', async () => {
  const ana = await signIn(server.url, 'ana')
  fault = { kind: 'full' }
  const held = ana.call('submitTask', { body: body(1) })
  const health = async () => callerOf(server.url).call('health')
  let answer = await health()
  while (answer.status === 200) answer = await health()
  expect(answer).toMatchObject({ status: 503, json: { status: 'degraded', ready: false } })
  const refused = await ana.call('submitTask', { body: body(2) })
  expect(refused).toMatchObject({ status: 503, json: { details: { code: 'DISK_FULL' } } })
  expect(refused.headers.get('retry-after')).toBe('1')
  fault = null
  expect((await held).status).toBe(201)
  expect((await health()).status).toBe(200)
  expect((await ana.call('submitTask', { body: body(2) })).status).toBe(201)
})

test('who registered while the disk was full can work once there is room', async () => {
  const anyone = callerOf(server.url)
  const credentials = { username: 'dora', password: 'correct horse' }
  const ana = await signIn(server.url, 'ana')
  fault = { kind: 'full' }
  const held = ana.call('submitTask', { body: body(80) })
  while ((await anyone.call('health')).status === 200);
  const refused = await anyone.call('register', { body: credentials })
  expect(refused).toMatchObject({ status: 503, json: { details: { code: 'DISK_FULL' } } })
  fault = null
  await held
  const dora = await signIn(server.url, 'dora')
  expect((await dora.call('submitTask', { body: body(81) })).status).toBe(201)
})

test('a server that stops lets what is under way end, and takes nothing new', async () => {
  const stopping = await startTestServer()
  const ana = await signIn(stopping.url, 'ana')
  const [idle, busy] = [await openSocket(stopping.url), await openSocket(stopping.url)]
  const ended = untilClosed(idle)
  const text = JSON.stringify(body(1))
  const head = [
    'POST /api/v1/tasks HTTP/1.1',
    'host: a',
    'content-type: application/json',
    `authorization: ${ana.headers['authorization']}`,
    `content-length: ${text.length}`,
  ].join('\r\n')
  const underWay = untilClosed(busy)
  busy.write(`${head}\r\n\r\n${text.slice(0, 20)}`)
  // The server has the first half when it has answered something that was sent later.
  await ana.call('listTasks')
  const stopped = stopping.stop()
  busy.write(text.slice(20))
  expect(parseRaw(await underWay).status).toBe(201)
  await stopped
  await ended
  await expect(fetch(`${stopping.url}/api/v1/health`)).rejects.toThrow()
})
