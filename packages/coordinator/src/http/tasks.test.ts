import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { taskIdOf, wasmTask } from '../core/testing/samples.ts'
import { type Caller, signIn } from '../testing/http-caller.ts'
import { startTestServer, type TestServer } from '../testing/test-server.ts'

let server: TestServer
let ana: Caller
let ben: Caller
let admin: Caller
beforeAll(async () => {
  server = await startTestServer()
  admin = await signIn(server.url, 'root_1', server.setupToken ?? '')
  ana = await signIn(server.url, 'ana')
  ben = await signIn(server.url, 'ben')
})
afterAll(() => server.stop())

const bodyOf = (n: number, changes = {}) => ({ task_id: taskIdOf(n), task: wasmTask(changes) })
const labelled = (n: number) => bodyOf(n, { labels: { n: String(n) } })

describe('a task over HTTP', () => {
  test('is taken once, however often it is sent', async () => {
    const first = await ana.call('submitTask', { body: bodyOf(1) })
    const again = await ana.call('submitTask', { body: bodyOf(1) })
    expect(first).toMatchObject({ status: 201, json: { task_id: taskIdOf(1), status: 'pending' } })
    expect(again.json).toEqual(first.json)
    expect(server.loop.state.tasks.size).toBe(1)
  })

  test('contradicts another under its id', async () => {
    const other = bodyOf(1, { requirements: { min_cpu_cores: 2 } })
    const answer = await ana.call('submitTask', { body: other })
    expect(answer).toMatchObject({ status: 409, json: { details: { code: 'CONFLICT' } } })
    expect((await ben.call('submitTask', { body: bodyOf(1) })).status).toBe(409)
  })

  test('breaks a rule of the policy and is told which', async () => {
    const body = bodyOf(2, { reward_micro: 5 })
    const answer = await ana.call('submitTask', { body })
    expect(answer.status).toBeGreaterThanOrEqual(400)
    expect(answer.json['message']).toMatch(/reward/)
  })

  test('of somebody else is not there, whatever is asked of it', async () => {
    const params = { id: taskIdOf(1) }
    const unknown = { id: taskIdOf(999) }
    const names = ['getTask', 'whyTask', 'taskAssignments', 'taskEvidence', 'cancelTask'] as const
    for (const name of names) {
      const theirs = await ben.call(name, { params })
      const nobodys = await ben.call(name, { params: unknown })
      expect(theirs.status).toBe(404)
      expect(nobodys.status).toBe(404)
      const stripped = (text: string) => text.replaceAll(/[0-9a-f-]{36}/g, '')
      expect(stripped(theirs.text)).toBe(stripped(nobodys.text))
    }
    expect((await admin.call('getTask', { params })).status).toBe(200)
  })

  test('waits, and says what for', async () => {
    const { status, json } = await ana.call('whyTask', { params: { id: taskIdOf(1) } })
    const nobody = { registered: 0, looked_at: 0, eligible: 0, kept_out: [], nodes: [] }
    expect({ status, json }).toEqual({ status: 200, json: nobody })
    const tried = await ana.call('tryTask', { body: wasmTask() })
    expect(tried.json).toEqual(nobody)
  })

  test('is cancelled once', async () => {
    const params = { id: taskIdOf(1) }
    const cancelled = await ana.call('cancelTask', { params })
    expect(cancelled).toMatchObject({ status: 200, json: { status: 'cancelled' } })
    expect((await ana.call('cancelTask', { params })).status).toBe(409)
    expect((await ana.call('whyTask', { params })).status).toBe(409)
    expect((await ana.call('taskEvidence', { params })).status).toBe(409)
  })
})

describe('a batch', () => {
  test('takes each task or refuses it by itself', async () => {
    const tasks = [bodyOf(10), bodyOf(11, { reward_micro: 5 }), bodyOf(12), bodyOf(10)]
    const { status, json } = await ana.call('submitTasks', { body: { tasks } })
    expect(status).toBe(200)
    const results = json['results'] as { readonly taken: boolean }[]
    expect(results.map(({ taken }) => taken)).toEqual([true, false, true, true])
    expect(results[1]).toMatchObject({
      task_id: taskIdOf(11),
      refusal: { error: expect.any(String) },
    })
  })

  test('of a thousand goes in one request', async () => {
    const tasks = Array.from({ length: 1_000 }, (_, n) => bodyOf(20_000 + n))
    const { status, json } = await ben.call('submitTasks', { body: { tasks } })
    expect(status).toBe(200)
    expect((json['results'] as unknown[]).length).toBe(1_000)
    const more = { tasks: [...tasks, bodyOf(30_000)] }
    expect((await ben.call('submitTasks', { body: more })).status).toBe(422)
  })
})

describe('a list of tasks', () => {
  test('has one’s own, the newest first, page by page', async () => {
    const cleo = await signIn(server.url, 'cleo')
    for (let n = 0; n < 5; n += 1) await cleo.call('submitTask', { body: labelled(100 + n) })
    const ids: string[] = []
    let cursor: string | null = null
    do {
      const query: Record<string, string> = { limit: '2', ...(cursor === null ? {} : { cursor }) }
      const { json } = await cleo.call('listTasks', { query })
      ids.push(...(json['tasks'] as { task_id: string }[]).map(({ task_id }) => task_id))
      cursor = json['next_cursor'] as string | null
    } while (cursor !== null)
    expect(ids).toEqual([104, 103, 102, 101, 100].map(taskIdOf))
  })

  test('is narrowed by state and type', async () => {
    const query = { status: 'cancelled', task_type: 'wasm_execution' }
    const { json } = await ana.call('listTasks', { query })
    expect(json['tasks']).toMatchObject([{ task_id: taskIdOf(1) }])
    const none = await ana.call('listTasks', { query: { task_type: 'zk_proof' } })
    expect(none.json).toEqual({ tasks: [], next_cursor: null })
    expect((await ana.call('listTasks', { query: { status: 'lost' } })).status).toBe(422)
    expect((await ana.call('listTasks', { query: { cursor: '../1' } })).status).toBe(422)
  })
})
