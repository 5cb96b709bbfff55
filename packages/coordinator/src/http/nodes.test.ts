import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { telemetry } from '../core/testing/samples.ts'
import { type Caller, signIn } from '../testing/http-caller.ts'
import { signedNode } from '../testing/signed-node.ts'
import { startTestServer, type TestServer } from '../testing/test-server.ts'

let server: TestServer
let ana: Caller
let ben: Caller
beforeAll(async () => {
  server = await startTestServer()
  ana = await signIn(server.url, 'ana')
  ben = await signIn(server.url, 'ben')
})
afterAll(() => server.stop())

const node = signedNode(21)
const params = { id: node.signer.peerId }

describe('a node over HTTP', () => {
  test('joins by its own signed word and its owner’s', async () => {
    const answer = await ana.call('registerNode', { body: node.registration() })
    expect(answer).toMatchObject({
      status: 201,
      json: { peer_id: params.id, owner_address: node.wallet.address.toLowerCase() },
    })
  })

  test('is known to its owner by its name too', async () => {
    expect((await ana.call('getNode', { params: { id: 'node-21' } })).json).toMatchObject({
      peer_id: params.id,
    })
  })

  test('cannot be joined twice with one message', async () => {
    const body = node.registration()
    expect((await ana.call('registerNode', { body })).status).toBe(201)
    const again = await ana.call('registerNode', { body })
    expect(again).toMatchObject({ status: 422, json: { details: { code: 'MESSAGE_REPLAYED' } } })
  })

  test('cannot be claimed by another account, not even with the owner’s own message', async () => {
    const answer = await ben.call('registerNode', { body: node.registration() })
    expect(answer).toMatchObject({ status: 409, json: { details: { code: 'CONFLICT' } } })
  })

  test.each([
    ['old', -120_000, 'MESSAGE_STALE'],
    ['of the future', 120_000, 'MESSAGE_FROM_FUTURE'],
  ])('is refused when its message is %s', async (_, offMs, code) => {
    const { registration, binding } = node.registration()
    const late = node.sign('registration', registration.payload, Date.now() + offMs)
    const answer = await ana.call('registerNode', { body: { registration: late, binding } })
    expect(answer).toMatchObject({ status: 422, json: { details: { code } } })
  })

  test('is refused with a signature or a binding that is not its own', async () => {
    const { registration, binding } = node.registration()
    const forged = { ...registration, peer_id: signedNode(22).signer.peerId }
    const wrongs = [
      [{ registration: forged, binding }, 'SIGNATURE_INVALID'],
      [{ registration, binding: signedNode(22).binding() }, 'BINDING_INVALID'],
      [
        { registration: node.registration().registration, binding: node.binding('other') },
        'BINDING_INVALID',
      ],
    ] as const
    for (const [body, code] of wrongs) {
      const answer = await ana.call('registerNode', { body })
      expect(answer).toMatchObject({ status: 422, json: { details: { code } } })
    }
  })

  test('reports by signed heartbeats', async () => {
    const body = node.sign('heartbeat', telemetry)
    const answer = await ana.call('heartbeat', { params, body })
    expect(answer).toMatchObject({ status: 200, json: { status: 'online' } })
    const again = await ana.call('heartbeat', { params, body })
    expect(again).toMatchObject({ json: { details: { code: 'MESSAGE_REPLAYED' } } })
    const foreign = signedNode(22).sign('heartbeat', telemetry)
    const other = await ana.call('heartbeat', { params, body: foreign })
    expect(other).toMatchObject({ json: { details: { code: 'SIGNATURE_INVALID' } } })
    const shown = await ana.call('getNode', { params })
    expect(shown.json['health_score']).toBeGreaterThan(0)
  })

  test('of somebody else is not there', async () => {
    expect((await ben.call('getNode', { params })).status).toBe(404)
    expect((await ben.call('getNode', { params: { id: 'node-21' } })).status).toBe(404)
    expect((await ben.call('removeNode', { params })).status).toBe(404)
    const body = { reason: 'mine now' }
    expect((await ben.call('rejectNode', { params, body })).status).toBe(404)
    const heartbeat = node.sign('heartbeat', telemetry)
    expect((await ben.call('heartbeat', { params, body: heartbeat })).status).toBe(404)
    expect((await ben.call('listNodes')).json).toEqual({ nodes: [], next_cursor: null })
  })

  test('is taken out of work, and removed', async () => {
    const body = { reason: 'repairs' }
    const paused = await ana.call('rejectNode', { params, body })
    expect(paused.json).toMatchObject({ mode: 'paused' })
    expect((await ana.call('removeNode', { params })).status).toBe(204)
    expect((await ana.call('getNode', { params })).status).toBe(404)
  })
})

test('a list of nodes goes page by page and is narrowed', async () => {
  for (const byte of [31, 32, 33]) {
    await ana.call('registerNode', { body: signedNode(byte).registration() })
  }
  const first = await ana.call('listNodes', { query: { limit: '2' } })
  const cursor = first.field('next_cursor')
  const second = await ana.call('listNodes', { query: { limit: '2', cursor } })
  const names = [first, second].flatMap(({ json }) =>
    (json['nodes'] as { node_id: string }[]).map(({ node_id }) => node_id),
  )
  expect(names.sort()).toEqual(['node-31', 'node-32', 'node-33'])
  expect(second.json['next_cursor']).toBeNull()
  const none = await ana.call('listNodes', { query: { node_type: 'storage' } })
  expect(none.json).toEqual({ nodes: [], next_cursor: null })
})
