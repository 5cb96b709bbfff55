import { once } from 'node:events'
import { type AddressInfo, connect, createServer } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { type Line, openTcpProxy } from './tcp-proxy.ts'

/** A line to somebody who says everything back. */
async function lineToEcho(line: Partial<Line> = {}) {
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy())
    socket.pipe(socket)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const proxy = await openTcpProxy({ host: '127.0.0.1', port }, () => 0.25)
  proxy.become(line)
  onTestFinished(async () => {
    await proxy.close()
    server.close()
  })
  return proxy
}

async function echoed(port: number, text: string): Promise<string> {
  const socket = connect({ host: '127.0.0.1', port })
  onTestFinished(() => void socket.destroy())
  socket.write(text)
  const [answer] = await Promise.race([once(socket, 'data'), once(socket, 'close')])
  return String(answer)
}

test('a good line carries bytes as they are, both ways', async () => {
  const proxy = await lineToEcho()

  expect(await echoed(proxy.port, 'hello')).toBe('hello')
  expect(proxy.bytes).toBe(10)
})

test('a line that corrupts turns one bit on each way', async () => {
  const proxy = await lineToEcho({ corrupts: 1 })
  const bits = (text: string) => Buffer.from(text).readUInt8(1)

  const answer = await echoed(proxy.port, 'hello')
  expect(proxy.corrupted).toBe(2)
  // The same bit twice is none: each way turned bit 2 of byte 1.
  expect(bits(answer)).toBe(bits('hello'))
})

test('a line that is cut ends what is open and takes nothing new', async () => {
  const proxy = await lineToEcho()
  const socket = connect({ host: '127.0.0.1', port: proxy.port })
  await once(socket, 'connect')
  const closed = once(socket, 'close')
  socket.write('x')
  await once(socket, 'data')
  proxy.become({ isCut: true })
  await closed

  expect(await echoed(proxy.port, 'hello')).not.toBe('hello')
  proxy.become({ isCut: false })
  expect(await echoed(proxy.port, 'hello')).toBe('hello')
})

test('a slow line takes the time of its bytes', async () => {
  const proxy = await lineToEcho({ bytesPerSecond: 1_000 })
  const began = performance.now()

  expect(await echoed(proxy.port, 'x'.repeat(50))).toHaveLength(50)
  expect(performance.now() - began).toBeGreaterThanOrEqual(95)
})
