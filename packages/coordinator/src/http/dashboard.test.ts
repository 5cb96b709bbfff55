// The routes that the dashboards look at and nothing else needs.

import { knownKeys, verificationKeyFrom } from '@vcp/proofs'
import { type TaskSpec, taskDigest } from '@vcp/protocol'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { taskIdOf, telemetry, wasmTask } from '../core/testing/samples.ts'
import { type Caller, signIn } from '../testing/http-caller.ts'
import { signedNode } from '../testing/signed-node.ts'
import { startTestServer, type TestServer } from '../testing/test-server.ts'

let server: TestServer
let admin: Caller
let ana: Caller
let ben: Caller
const node = signedNode(77)
const params = { id: node.signer.peerId }

beforeAll(async () => {
  server = await startTestServer()
  admin = await signIn(server.url, 'root_1', server.setupToken ?? '')
  ana = await signIn(server.url, 'ana')
  ben = await signIn(server.url, 'ben')
  await ana.call('registerNode', { body: node.registration() })
})
afterAll(() => server.stop())

describe('the census', () => {
  test('counts every node once, by its health and by its region', async () => {
    const before = (await ben.call('clusterCensus')).json
    expect(before).toMatchObject({ health_unknown: 1, elsewhere: 0 })
    const { peerId } = node.signer
    await server.loop.tell({ type: 'heartbeat-received', peerId, telemetry })
    const { json } = await ben.call('clusterCensus')
    expect(json['health_unknown']).toBe(0)
    expect((json['health'] as number[]).reduce((sum, each) => sum + each, 0)).toBe(1)
    expect(json['regions']).toMatchObject([{ nodes: 1, online: 1 }])
  })
})

describe('the history of a node', () => {
  test('is for its owner and administrators, and says since when it is kept', async () => {
    for (const caller of [ana, admin]) {
      const { status, json } = await caller.call('nodeHistory', { params })
      expect(status).toBe(200)
      expect(json['newest']).toMatchObject({ latency_ms: telemetry.latency_ms })
      expect(json['since_ms']).toBeLessThanOrEqual(Date.now())
    }
    expect((await ben.call('nodeHistory', { params })).status).toBe(404)
  })

  test('has its owner’s word when it was paused', async () => {
    await ana.call('rejectNode', { params, body: { reason: 'repairs' } })
    const { json } = await ana.call('nodeHistory', { params })
    expect(json['standing']).toMatchObject([{ mode: 'paused', reason: 'repairs' }])
  })
})

describe('a task as it was submitted', () => {
  test('is what its digest names, after it has ended too', async () => {
    const id = taskIdOf(1)
    const body = { task_id: id, task: wasmTask({ labels: { a: 'b' } }) }
    const { json: info } = await ana.call('submitTask', { body })
    await ana.call('cancelTask', { params: { id } })
    const { status, json } = await ana.call('taskSpec', { params: { id } })
    expect([status, json]).toEqual([200, body.task])
    expect(taskDigest(json as unknown as TaskSpec)).toBe(info['task_digest'])
  })

  test('is not there for anybody else', async () => {
    expect((await ben.call('taskSpec', { params: { id: taskIdOf(1) } })).status).toBe(404)
    expect((await ben.call('taskSpec', { params: { id: taskIdOf(99) } })).status).toBe(404)
  })
})

describe('the list of other rates', () => {
  test('is for administrators, and has what they set', async () => {
    const users = (await admin.call('listUsers')).json['users'] as Record<string, string>[]
    const account_id = users.find(({ username }) => username === 'ben')?.['account_id']
    const override = { account_id, class: 'tasks', per_minute: 600, burst: 60 }
    expect((await admin.call('listThrottles')).json).toEqual({ overrides: [] })
    await admin.call('overrideThrottle', { body: override })
    expect((await admin.call('listThrottles')).json).toEqual({ overrides: [override] })
    expect((await ben.call('listThrottles')).status).toBe(403)
  })
})

describe('the key of a circuit', () => {
  test('is for anybody, and is the one that its digest names', async () => {
    const [known] = (await knownKeys()).values()
    const digest = known!.digest
    const answer = await ben.call('proofKey', { params: { digest } })
    expect(answer).toMatchObject({ status: 200, json: { circuit: known!.name } })
    const key = verificationKeyFrom(answer.json['key'])
    expect(key.ok && key.value.digest).toBe(digest)
  })

  test('is not there where nobody knows it', async () => {
    const params = { digest: '0'.repeat(64) }
    expect((await ben.call('proofKey', { params })).status).toBe(404)
  })
})
