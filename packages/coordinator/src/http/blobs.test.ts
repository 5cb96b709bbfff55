import { cidOf } from '@vcp/protocol'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Caller, callerOf, signIn } from '../testing/http-caller.ts'
import { startTestServer, type TestServer } from '../testing/test-server.ts'

let server: TestServer
let ana: Caller
beforeAll(async () => {
  server = await startTestServer({ quota: { bytesMax: 100_000 } })
  ana = await signIn(server.url, 'ana')
})
afterAll(() => server.stop())

const bytes = Buffer.from('a module, perhaps')
const params = { cid: cidOf('raw', bytes) }

describe('a blob over HTTP', () => {
  test('is stored under its CID, once', async () => {
    const first = await ana.call('putBlob', { params, body: bytes })
    const again = await ana.call('putBlob', { params, body: bytes })
    for (const answer of [first, again]) {
      expect(answer).toMatchObject({ status: 201, json: { ...params, bytes: bytes.length } })
    }
  })

  test('comes back as bytes, for no browser to run', async () => {
    const answer = await ana.call('getBlob', { params })
    expect(answer).toMatchObject({ status: 200, text: bytes.toString() })
    expect(answer.headers.get('content-type')).toBe('application/octet-stream')
    expect(answer.headers.get('content-disposition')).toBe('attachment')
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff')
  })

  test('comes back in part, to resume', async () => {
    const answer = await ana.call('getBlob', { params, headers: { range: 'bytes=2-7' } })
    expect(answer).toMatchObject({ status: 206, text: 'module' })
    expect(answer.headers.get('content-range')).toBe(`bytes 2-7/${bytes.length}`)
    const rest = await ana.call('getBlob', { params, headers: { range: 'bytes=10-' } })
    expect(rest).toMatchObject({ status: 206, text: 'perhaps' })
    const beyond = await ana.call('getBlob', { params, headers: { range: 'bytes=900-' } })
    expect(beyond.status).toBe(422)
    const other = await ana.call('getBlob', { params, headers: { range: 'lines=1-2' } })
    expect(other).toMatchObject({ status: 200, text: bytes.toString() })
  })

  test('is refused when it is another, too large, or not bytes', async () => {
    const other = await ana.call('putBlob', {
      params: { cid: cidOf('raw', Buffer.of(1)) },
      body: bytes,
    })
    expect(other).toMatchObject({ status: 422, json: { details: { code: 'INVALID' } } })
    const large = Buffer.alloc(100_001)
    const tooLarge = await ana.call('putBlob', {
      params: { cid: cidOf('raw', large) },
      body: large,
    })
    expect(tooLarge).toMatchObject({ status: 413, json: { details: { code: 'TOO_LARGE' } } })
    const json = await ana.call('putBlob', { params, body: { a: 1 } })
    expect(json.status).toBe(415)
  })

  test('is not there, or not for strangers', async () => {
    const missing = { cid: cidOf('raw', Buffer.of(2)) }
    expect((await ana.call('getBlob', { params: missing })).status).toBe(404)
    expect((await ana.call('getBlob', { params: { cid: '..%2f..%2fetc' } })).status).toBe(422)
    expect((await callerOf(server.url).call('getBlob', { params })).status).toBe(401)
  })
})
