import { afterAll, beforeAll, expect, test } from 'vitest'
import { taskIdOf, wasmTask } from '../core/testing/samples.ts'
import { type Caller, signIn } from '../testing/http-caller.ts'
import { openSocket } from '../testing/raw-http.ts'
import { startTestServer, type TestServer } from '../testing/test-server.ts'

let server: TestServer
let ana: Caller
beforeAll(async () => {
  server = await startTestServer({ timeouts: { heartbeatMs: 50 } })
  ana = await signIn(server.url, 'ana')
})
afterAll(() => server.stop())

test('who asks for all events and reads none is cut off, and costs little until then', async () => {
  // More than the buffers of two sockets hold.
  const argument = 'x'.repeat(4_000)
  const call = { kind: 'wasi', args: Array(10).fill(argument) }
  const { inputs } = wasmTask() as { readonly inputs: { readonly module: string } }
  const task = wasmTask({ inputs: { module: inputs.module, call } })
  for (let n = 0; n < 20; n += 1) {
    const tasks = Array.from({ length: 20 }, (_, i) => ({ task_id: taskIdOf(n * 20 + i), task }))
    expect((await ana.call('submitTasks', { body: { tasks } })).status).toBe(200)
  }
  const socket = await openSocket(server.url)
  const token = ana.headers['authorization']
  socket.write(`GET /api/v1/events?after=0 HTTP/1.1\r\nhost: a\r\nauthorization: ${token}\r\n\r\n`)
  socket.pause()
  socket.on('error', () => undefined)
  // A paused socket does not see the end, but a write to it fails once the other side is gone.
  const ended = new Promise((resolve) => socket.once('close', resolve))
  const knock = setInterval(() => socket.write('\r\n'), 20)
  await ended
  clearInterval(knock)
  expect(socket.bytesRead).toBeLessThan(16_000_000)
})
