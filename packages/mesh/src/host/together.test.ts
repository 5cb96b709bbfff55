import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { together } from './together.ts'

/** A socket to a server that collects what comes, and how often something was written to it. */
async function connected() {
  const received: Buffer[] = []
  const server = createServer((socket) => socket.on('data', (bytes) => received.push(bytes)))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { readonly port: number }
  const socket = connect(port, '127.0.0.1') as Socket & Record<'_write' | '_writev', unknown>
  await once(socket, 'connect')
  onTestFinished(() => {
    socket.destroy()
    server.close()
  })
  const writes = { count: 0 }
  for (const name of ['_write', '_writev'] as const) {
    const write = socket[name] as (...args: unknown[]) => unknown
    socket[name] = (...args: unknown[]) => {
      writes.count += 1
      return write.apply(socket, args)
    }
  }
  const end = async () => {
    socket.end()
    await once(socket, 'close')
    return Buffer.concat(received).toString()
  }
  const connection = {
    socket,
    send: () => true,
    sendData: (data: readonly Uint8Array[]) => data.map((bytes) => socket.write(bytes)),
  }
  return { connection, writes, end }
}

test('what is said in one turn is written at once, in its order', async () => {
  const { connection, writes, end } = await connected()
  const { sendData } = together(connection)
  for (const word of ['a', 'b', 'c']) {
    sendData([Buffer.from(word), Buffer.from(',')])
    await Promise.resolve()
  }
  await new Promise(setImmediate)
  expect(writes.count).toBe(1)
  sendData([Buffer.from('d')])
  await new Promise(setImmediate)
  expect(writes.count).toBe(2)
  expect(await end()).toBe('a,b,c,d')
})

test('what was said before the end goes out with it', async () => {
  const { connection, end } = await connected()
  together(connection).sendData([Buffer.from('last')])
  expect(await end()).toBe('last')
})

test('a connection without a socket stays as it is', () => {
  const connection = { send: () => true, sendData: () => undefined }
  const { sendData } = connection
  expect(together(connection).sendData).toBe(sendData)
})
