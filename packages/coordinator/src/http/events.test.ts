import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { taskIdOf, wasmTask } from '../core/testing/samples.ts'
import { type EventReader, readEvents } from '../testing/event-reader.ts'
import { type Caller, signIn } from '../testing/http-caller.ts'
import { startTestServer, type TestServer } from '../testing/test-server.ts'

let server: TestServer
let ana: Caller
let ben: Caller
const open: EventReader[] = []
beforeEach(async () => {
  const http = { streamsPerAccountMax: 2 }
  server = await startTestServer({ http, timeouts: { heartbeatMs: 30, stopMs: 500 } })
  ana = await signIn(server.url, 'ana')
  ben = await signIn(server.url, 'ben')
})
afterEach(async () => {
  await Promise.all(open.splice(0).map((reader) => reader.close()))
  await server.stop()
})

async function listen(who: Caller, search = '', headers = {}): Promise<EventReader> {
  const all = { ...who.headers, ...headers }
  const reader = await readEvents(`${server.url}/api/v1/events${search}`, all)
  open.push(reader)
  if (reader.status === 200) expect(await reader.next()).toBe('connected')
  return reader
}

const submit = (who: Caller, n: number) =>
  who.call('submitTask', { body: { task_id: taskIdOf(n), task: wasmTask() } })

describe('events', () => {
  test('come as they happen, and only once they are on disk', async () => {
    const reader = await listen(ana)
    expect(reader.headers.get('content-type')).toMatch(/^text\/event-stream/)
    expect(reader.headers.get('cache-control')).toBe('no-store')
    await submit(ana, 1)
    const { event, id, data } = await reader.nextEvent()
    expect(event).toBe('task-submitted')
    expect(data).toMatchObject({ index: id, event: { task_id: taskIdOf(1) } })
  })

  test('are of one’s own tasks', async () => {
    const reader = await listen(ana)
    await submit(ben, 1)
    await submit(ana, 2)
    const { data } = await reader.nextEvent()
    expect(data).toMatchObject({ event: { task_id: taskIdOf(2) } })
  })

  test('are of the types that were asked for, and no others', async () => {
    const reader = await listen(ana, '?types=task-cancelled,task-failed')
    await submit(ana, 1)
    await ana.call('cancelTask', { params: { id: taskIdOf(1) } })
    const { event, data } = await reader.nextEvent()
    expect(event).toBe('task-cancelled')
    expect(data).toMatchObject({ event: { task_id: taskIdOf(1) } })
  })

  test('go on where one left off', async () => {
    const first = await listen(ana)
    await submit(ana, 1)
    const { id } = await first.nextEvent()
    await first.close()
    await submit(ana, 2)
    await submit(ana, 3)
    for (const resumed of [
      await listen(ana, `?after=${id}`),
      await listen(ana, '?after=0', { 'last-event-id': String(id) }),
    ]) {
      const next = await resumed.nextEvent()
      expect(next.data).toMatchObject({ event: { task_id: taskIdOf(2) } })
      expect((await resumed.nextEvent()).data).toMatchObject({ event: { task_id: taskIdOf(3) } })
      await resumed.close()
    }
  })

  test('are told from a dead line by signs of life', async () => {
    const reader = await listen(ana)
    expect(await reader.next()).toBe('still here')
  })

  test('go to so many streams of one account', async () => {
    const two = [await listen(ana), await listen(ana)]
    const third = await fetch(`${server.url}/api/v1/events`, { headers: ana.headers })
    expect(third.status).toBe(429)
    expect((await listen(ben)).status).toBe(200)
    await two[0]!.close()
    // The server learns that a stream is gone when it next has something to say on it.
    for (let status = 429; status !== 200; ) {
      const reader = await readEvents(`${server.url}/api/v1/events`, ana.headers)
      open.push(reader)
      status = reader.status
    }
  })

  test('end when the server stops', async () => {
    const reader = await listen(ana)
    const stopped = server.stop()
    let block = await reader.next()
    while (block !== null) block = await reader.next()
    await stopped
  })
})
