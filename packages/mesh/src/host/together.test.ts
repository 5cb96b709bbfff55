import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { together } from './together.ts'

/** A socket to a server that collects what comes, and how often something was written to it. */
async function connected(onConnection: (socket: Socket) => void = () => undefined) {
  const received: Buffer[] = []
  const ended = Promise.withResolvers<Error | null>()
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('data', (bytes) => received.push(bytes))
    socket.on('end', () => {
      socket.end()
      ended.resolve(null)
    })
    socket.on('error', ended.resolve)
    onConnection(socket)
  })
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
    return (await ended.promise) ?? Buffer.concat(received).toString()
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

test('more than the socket takes goes out whole, with what is said when it drains', async () => {
  const { connection, end } = await connected()
  const { sendData } = together(connection)
  const { socket } = connection
  const words = Array.from({ length: 64 }, (_, at) => Buffer.alloc(262_144, String(at % 10)))
  let at = 0
  const sendSome = () => {
    while (at < words.length) {
      const [canSendMore] = sendData([words[at++]!]) as readonly boolean[]
      if (!canSendMore) return
    }
  }
  let drains = 0
  await new Promise<void>((resolve) => {
    socket.on('drain', () => {
      drains += 1
      if (at === words.length) resolve()
      else sendSome()
    })
    sendSome()
  })
  expect(drains).toBeGreaterThan(1)
  sendData([Buffer.from('last')])
  expect(await end()).toBe(`${Buffer.concat(words)}last`)
})

test('what is said to an end that will say no more still goes out', async () => {
  const { connection, end } = await connected((socket) => socket.end('over'))
  const { sendData } = together(connection)
  const over = once(connection.socket, 'end')
  connection.socket.on('data', () => sendData([Buffer.from('a'), Buffer.from('b')]))
  await over
  expect(await end()).toBe('ab')
})

test('where the socket is cut, what was held goes with it, and no more is', async () => {
  const { connection, writes, end } = await connected()
  const { socket } = connection
  const { sendData } = together(connection)
  sendData([Buffer.from('held')])
  socket.resetAndDestroy()
  await once(socket, 'close')
  expect(sendData([Buffer.from('late')])).toEqual([false])
  await new Promise(setImmediate)
  expect(writes.count).toBe(0)
  expect(socket.writableCorked).toBe(0)
  expect(await end()).toMatchObject({ code: 'ECONNRESET' })
})

test('a write that fails leaves nothing held for ever', async () => {
  const { connection, end } = await connected()
  const { socket } = connection
  const failing = { ...connection, sendData: () => expect.fail('no memory') }
  expect(together(failing).sendData).toThrow('no memory')
  expect(socket.writableCorked).toBe(1)
  await new Promise(setImmediate)
  expect(socket.writableCorked).toBe(0)
  socket.write('goes on')
  expect(await end()).toBe('goes on')
})

test('a connection without a socket stays as it is', () => {
  const connection = { send: () => true, sendData: () => undefined }
  const { sendData } = connection
  expect(together(connection).sendData).toBe(sendData)
})
