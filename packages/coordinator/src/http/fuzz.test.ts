import { ErrorBody, pathOf, type Route, type RouteName, routes } from '@vcp/protocol'
import * as fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { taskIdOf, wasmTask } from '../core/testing/samples.ts'
import { type Answer, answerOf, type Caller, signIn } from '../testing/http-caller.ts'
import { arbitraryOf, nearlyOf } from '../testing/schema-arbitrary.ts'
import { signedNode } from '../testing/signed-node.ts'
import { startTestServer, type TestServer } from '../testing/test-server.ts'

const numRuns = Number(process.env['VCP_PROPERTY_RUNS'] ?? 40)

let server: TestServer
let admin: Caller
beforeAll(async () => {
  // Rich enough for whatever reward is made up.
  server = await startTestServer({ newcomerCreditsMicro: 1e15 })
  admin = await signIn(server.url, 'root_1', server.setupToken ?? '')
  await admin.call('submitTask', { body: { task_id: taskIdOf(1), task: wasmTask() } })
  await admin.call('registerNode', { body: node.registration() })
})
afterAll(() => server.stop())

const node = signedNode(51)
/** Streams do not end by themselves; they have tests of their own. */
const names = (Object.keys(routes) as RouteName[]).filter((name) => name !== 'events')

/** Tasks made up that had their form, so that the core had to say what becomes of them. */
let submitted = 0

/** Whatever came in: an answer of the form that is promised, and never a fault of ours. */
function expectPromised(name: RouteName, answer: Answer): void {
  const { status, json, text } = answer
  expect([status, text.slice(0, 300)]).not.toEqual([500, expect.anything()])
  if (status >= 400) expect(ErrorBody.safeParse(json).error).toBeUndefined()
  const { code } = (json['details'] ?? {}) as { readonly code?: string }
  if (name === 'submitTask' && code !== 'INVALID') submitted += 1
  if (status < 400) expect(status === 200 || status === routes[name].status).toBe(true)
}

/** Names of things that are there, now and then, so that handlers get further than to look. */
function paramsOf(name: RouteName): fc.Arbitrary<Record<string, string>> {
  const keys = [...routes[name].path.matchAll(/\{(\w+)\}/g)].map(([, key]) => key ?? '')
  const there = fc.constantFrom<string>(taskIdOf(1), node.signer.peerId, 'node-51')
  const value = fc.oneof(there, fc.string({ minLength: 1, maxLength: 80, unit: 'grapheme' }))
  return fc.record(Object.fromEntries(keys.map((key) => [key, value])))
}

function queryOf(name: RouteName): fc.Arbitrary<Record<string, string>> {
  const { query }: Route = routes[name]
  if (query === undefined) return fc.constant({})
  const formed = fc.oneof(arbitraryOf(query), nearlyOf(query))
  return formed.map((value) => {
    const fields = typeof value === 'object' && value !== null ? Object.entries(value) : []
    return Object.fromEntries(fields.map(([key, field]) => [key, textOf(field)]))
  })
}

function textOf(field: unknown): string {
  return typeof field === 'string' ? field : JSON.stringify(field)
}

function bodyOf(name: RouteName): fc.Arbitrary<unknown> {
  const { body }: Route = routes[name]
  if (body === undefined) return fc.constant(undefined)
  return fc.oneof({ weight: 3, arbitrary: arbitraryOf(body) }, nearlyOf(body))
}

describe('whatever is sent', () => {
  test.each(names)('%s answers as promised', async (name) => {
    const calls = fc.record({ params: paramsOf(name), query: queryOf(name), body: bodyOf(name) })
    await fc.assert(
      fc.asyncProperty(calls, async ({ body, ...rest }) => {
        const given = body === undefined ? rest : { ...rest, body }
        expectPromised(name, await admin.call(name, given))
      }),
      { numRuns },
    )
  })

  test('as bytes in place of JSON is answered as promised', async () => {
    const withBodies = names.filter((name) => 'body' in routes[name])
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...withBodies),
        fc.oneof(
          fc.uint8Array({ maxLength: 200 }),
          fc.json().map((text) => Buffer.from(text)),
        ),
        async (name, body) => {
          const response = await fetch(server.url + pathOf(name, { id: 'a', cid: 'b' }), {
            method: routes[name].method,
            headers: { 'content-type': 'application/json', ...admin.headers },
            body: Buffer.from(body),
          })
          expectPromised(name, await answerOf(response))
        },
      ),
      { numRuns: 4 * numRuns },
    )
  })

  test('the coordinator takes work afterwards, and nothing was a fault of ours', async () => {
    expect(server.talk.filter(({ level }) => level === 'error')).toEqual([])
    expect((await admin.call('health')).json).toMatchObject({ ready: true })
    expect(submitted).toBeGreaterThan(numRuns / 4)
    const body = { task_id: taskIdOf(9_999), task: wasmTask() }
    expect((await admin.call('submitTask', { body })).status).toBe(201)
  })
})
