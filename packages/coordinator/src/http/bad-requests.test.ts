import { gzipSync } from 'node:zlib'
import { ErrorBody } from '@vcp/protocol'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { taskIdOf, wasmTask } from '../core/testing/samples.ts'
import { type Answer, answerOf, type Caller, signIn } from '../testing/http-caller.ts'
import { openSocket, parseRaw, sendRaw, untilClosed } from '../testing/raw-http.ts'
import { startTestServer, type TestServer } from '../testing/test-server.ts'

let server: TestServer
let ana: Caller
beforeAll(async () => {
  const timeouts = { headersMs: 200, bodyMs: 200, requestMs: 400, lookMs: 50 }
  server = await startTestServer({ timeouts })
  ana = await signIn(server.url, 'ana')
})
afterAll(() => server.stop())

const task = () => ({ task_id: taskIdOf(1), task: wasmTask() })

function post(body: string | Uint8Array, headers: Readonly<Record<string, string>> = {}) {
  const type = { 'content-type': 'application/json' }
  const url = `${server.url}/api/v1/auth/login`
  return fetch(url, { method: 'POST', body: body as string, headers: { ...type, ...headers } })
}

async function expectFault(answer: Answer, status: number, code: string) {
  expect(answer.json).toMatchObject({ details: { code } })
  expect(answer.status).toBe(status)
  expect(ErrorBody.safeParse(answer.json).error).toBeUndefined()
  expect(answer.headers.get('x-request-id')).toBe(answer.json['request_id'])
}

describe('a request is refused in one form', () => {
  test('for a path that is not there', async () => {
    for (const path of ['/assets/none.js', '/api/v2/tasks', '/api/v1/tasks/a/b', '/%2e%2e/x']) {
      await expectFault(await answerOf(await fetch(server.url + path)), 404, 'NOT_FOUND')
    }
  })

  test('for a path that cannot be decoded', async () => {
    const answer = await answerOf(await fetch(`${server.url}/api/v1/nodes/%ff%zz`))
    expect(answer.json).toMatchObject({ details: { code: 'REQUEST_MALFORMED' } })
  })

  test('for a method that the path does not have', async () => {
    for (const method of ['PATCH', 'DELETE', 'OPTIONS', 'PROPFIND']) {
      const answer = await answerOf(await fetch(`${server.url}/api/v1/auth/login`, { method }))
      await expectFault(answer, 405, 'METHOD_NOT_ALLOWED')
      expect(answer.headers.get('allow')).toBe('POST')
    }
  })

  test.each(['{', '', 'null null', '{"a":1,}', '\ufeff{}', "{'a':1}", '[1,2'])(
    'for a body that is not JSON: %j',
    async (body) => {
      await expectFault(await answerOf(await post(body)), 400, 'REQUEST_MALFORMED')
    },
  )

  test('for a body that is not UTF-8', async () => {
    const body = Buffer.from('{"username":"\xff\xfe"}', 'latin1')
    await expectFault(await answerOf(await post(body)), 400, 'REQUEST_MALFORMED')
  })

  test.each(['null', '3', '"text"', '[]', '{}', '{"username":3}'])(
    'for a body of another form: %j',
    async (body) => {
      await expectFault(await answerOf(await post(body)), 422, 'INVALID')
    },
  )

  test('for a field that nobody knows', async () => {
    const answer = await ana.call('submitTask', { body: { ...task(), owner_id: 'somebody' } })
    await expectFault(answer, 422, 'INVALID')
  })

  test('for a body that tries to reach into prototypes', async () => {
    const body = '{"username":"ana","password":"correct horse","__proto__":{"role":"admin"}}'
    await expectFault(await answerOf(await post(body)), 422, 'INVALID')
  })

  test('for a query with a name twice, a name too many or a value out of bounds', async () => {
    const at = `${server.url}/api/v1/ledger/inclusion?index=0`
    expect((await fetch(`${at}&size=1`)).status).toBe(200)
    for (const search of ['size=1&size=2', 'size=1&colour=red', 'size=-1', 'size=1.5', 'size=x']) {
      await expectFault(await answerOf(await fetch(`${at}&${search}`)), 422, 'INVALID')
    }
  })

  test.each(['text/plain', 'application/xml', 'multipart/form-data; boundary=x', 'application/x'])(
    'for a body of the type %s',
    async (type) => {
      const answer = await answerOf(await post('{}', { 'content-type': type }))
      await expectFault(answer, 415, 'MEDIA_TYPE_UNSUPPORTED')
    },
  )

  test.each(['gzip', 'deflate', 'br', 'zstd', 'gzip, gzip'])(
    'for a body compressed with %s',
    async (encoding) => {
      const bomb = gzipSync(Buffer.alloc(1_000_000, ' '))
      const answer = await answerOf(await post(bomb, { 'content-encoding': encoding }))
      await expectFault(answer, 415, 'MEDIA_TYPE_UNSUPPORTED')
    },
  )

  test('for a body larger than its route takes, before it is read', async () => {
    const body = `{"username":"${'a'.repeat(20_000)}"}`
    await expectFault(await answerOf(await post(body)), 413, 'TOO_LARGE')
  })

  test('for a body without length that grows too large', async () => {
    const endless = new ReadableStream({
      pull(controller) {
        controller.enqueue(Buffer.alloc(8_192, ' '))
      },
    })
    const init = { method: 'POST', body: endless as never, duplex: 'half' as const }
    const headers = { 'content-type': 'application/json' }
    const outcome = await fetch(`${server.url}/api/v1/auth/login`, { ...init, headers }).then(
      (response) => answerOf(response),
      () => null,
    )
    // The connection may be closed before the answer is read; either way it ended.
    if (outcome !== null) await expectFault(outcome, 413, 'TOO_LARGE')
  })

  test('for nesting deeper, and keys more, than any schema has', async () => {
    const deep = `{"username":${'['.repeat(5_000)}${']'.repeat(5_000)}}`
    const deeper = await answerOf(await post(deep))
    await expectFault(deeper, 422, 'INVALID')
    expect(deeper.field('message')).toMatch(/nested deeper/)
    const wide = Object.fromEntries(Array.from({ length: 1_500 }, (_, n) => [`k${n}`, n]))
    const wider = await answerOf(await post(JSON.stringify(wide).slice(0, 16_000)))
    expect(wider.status).toBeGreaterThanOrEqual(400)
  })

  test('for one item of a batch that is nested too deep, by its place', async () => {
    const deep = JSON.parse(`${'['.repeat(30)}${']'.repeat(30)}`)
    const body = { tasks: [task(), { ...task(), task: deep }] }
    const answer = await ana.call('submitTasks', { body })
    await expectFault(answer, 422, 'INVALID')
    expect(answer.field('message')).toMatch(/^tasks\.1: nested deeper/)
  })
})

describe('hostile text is only text', () => {
  test.each(["' or 1=1 --", 'ana"; drop table accounts; --', 'ana\u0000', '../../etc', '%27'])(
    'as a name: %j',
    async (username) => {
      const body = JSON.stringify({ username, password: 'correct horse' })
      await expectFault(await answerOf(await post(body)), 422, 'INVALID')
    },
  )

  test('as a password', async () => {
    const password = "' or '1'='1' --"
    const answer = await answerOf(await post(JSON.stringify({ username: 'ana', password })))
    await expectFault(answer, 401, 'UNAUTHENTICATED')
    expect(answer.headers.get('www-authenticate')).toBe('Bearer')
  })

  test('as the id of a request: the client does not choose it', async () => {
    const answer = await answerOf(await post('{', { 'x-request-id': 'chosen' }))
    expect(answer.headers.get('x-request-id')).not.toBe('chosen')
  })

  test('as a header: lines in it end the request, not the answer’s head', async () => {
    const path = '/api/v1/nodes/a%0d%0aset-cookie:%20a=b'
    const raw = `GET ${path} HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n`
    const answer = await sendRaw(server.url, raw)
    expect(answer.status).toBe(401)
    expect(answer.head).not.toMatch(/set-cookie/i)
  })

  test('as a credential', async () => {
    for (const authorization of ['Bearer', 'Bearer ', 'Basic YTpi', 'Bearer a b', 'bearer ..']) {
      const answer = await ana.with({ authorization }).call('listTasks')
      await expectFault(answer, 401, 'UNAUTHENTICATED')
    }
  })
})

describe('what is not HTTP is answered on the socket', () => {
  test.each([
    ['garbage', '\u0000\u0001\u0002\r\n\r\n', 400],
    ['a line without a version', 'GET /\r\n\r\n', 400],
    [
      'two lengths',
      'POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n',
      400,
    ],
    [
      'a length and chunks',
      'POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n',
      400,
    ],
    ['a header with a break', 'GET / HTTP/1.1\r\nhost: a\r\nx: a\rb\r\n\r\n', 400],
    ['headers without end', `GET / HTTP/1.1\r\nhost: a\r\nx: ${'a'.repeat(20_000)}\r\n\r\n`, 413],
  ])('%s', async (_, text, status) => {
    const answer = await sendRaw(server.url, text)
    expect(answer.status).toBe(status)
    expect(ErrorBody.safeParse(answer.json).error).toBeUndefined()
  })

  test('no Host', async () => {
    const raw = 'GET /api/v1/health HTTP/1.1\r\nconnection: close\r\n\r\n'
    const answer = await sendRaw(server.url, raw)
    expect(answer).toMatchObject({ status: 400, json: { details: { code: 'REQUEST_MALFORMED' } } })
  })

  test('an expectation that nobody meets', async () => {
    const raw =
      'GET /api/v1/health HTTP/1.1\r\nhost: a\r\nexpect: miracles\r\nconnection: close\r\n\r\n'
    expect((await sendRaw(server.url, raw)).status).toBe(200)
  })
})

describe('who sends slowly is cut off', () => {
  test('within the headers', async () => {
    const answer = await sendRaw(server.url, 'GET /api/v1/health HTTP/1.1\r\nhost: a\r\nx-a: ')
    expect(answer).toMatchObject({ status: 408, json: { error: 'request_timeout' } })
  })

  test('within a body', async () => {
    const socket = await openSocket(server.url)
    const answer = untilClosed(socket)
    const head = 'POST /api/v1/auth/login HTTP/1.1\r\nhost: a\r\ncontent-type: application/json'
    socket.write(`${head}\r\ncontent-length: 50\r\n\r\n{"username"`)
    const { status, json } = parseRaw(await answer)
    expect({ status, json }).toMatchObject({
      status: 408,
      json: { details: { code: 'REQUEST_TIMEOUT' } },
    })
  })

  test('and the others do not notice', async () => {
    const slow = await Promise.all(Array.from({ length: 20 }, () => openSocket(server.url)))
    for (const socket of slow) socket.write('GET / HTTP/1.1\r\nx-a: ')
    const closed = slow.map((socket) => untilClosed(socket))
    const answer = await ana.call('listTasks')
    expect(answer.status).toBe(200)
    await Promise.all(closed)
  })
})

test('nothing in this file was a fault of ours', () => {
  expect(server.talk.filter(({ level }) => level === 'error')).toEqual([])
})
