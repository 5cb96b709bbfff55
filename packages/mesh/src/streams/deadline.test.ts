import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { createDeadline } from './deadline.ts'

async function socketPair(): Promise<readonly [Socket, Socket]> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { readonly port: number }
  const one = connect(port, '127.0.0.1')
  const [[other]] = (await Promise.all([once(server, 'connection'), once(one, 'connect')])) as [
    [Socket],
    unknown,
  ]
  onTestFinished(() => {
    one.destroy()
    other.destroy()
    server.close()
  })
  return [one, other]
}

/** Nothing else of this process gets its turn. */
function stopTheWorld(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)
}

test('what came in time is read before it is called late, however late we are', async () => {
  const [one, other] = await socketPair()
  const deadline = createDeadline(() => expect.unreachable('it was not late'))
  const read = once(one, 'data').then(() => deadline.clear())
  deadline.set(20)
  other.write('in time')
  stopTheWorld(60)
  await read
  await new Promise(setImmediate)
  expect(deadline.hasPassed).toBe(false)
})

test('what does not come is late', async () => {
  const fired = Promise.withResolvers<void>()
  const deadline = createDeadline(fired.resolve)
  deadline.set(1)
  await fired.promise
  expect(deadline.hasPassed).toBe(true)
})

test('what is over is not late, nor what was set anew', async () => {
  const deadline = createDeadline(() => expect.unreachable('it is over'))
  deadline.set(1)
  deadline.set(60_000)
  stopTheWorld(5)
  await new Promise(setImmediate)
  await new Promise(setImmediate)
  deadline.clear()
  expect(deadline.hasPassed).toBe(false)
})
