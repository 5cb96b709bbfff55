// A bad line between two programs: a proxy that cuts, delays, throttles and corrupts what goes
// through it. What it does may change while connections are open.
import { once } from 'node:events'
import { type AddressInfo, createServer, connect as dial, type Socket } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'

export interface Line {
  /** Nothing goes through, and what is open is cut. */
  readonly isCut: boolean
  /** Each way. */
  readonly delayMs: number
  /** Each way, of one connection. */
  readonly bytesPerSecond: number
  /** Of the chunks that go through, the share in which one bit is turned. */
  readonly corrupts: number
  /** What goes in never comes out, and the connection stays open. */
  readonly swallows: boolean
}

export const goodLine: Line = {
  isCut: false,
  delayMs: 0,
  bytesPerSecond: Number.POSITIVE_INFINITY,
  corrupts: 0,
  swallows: false,
}

export interface TcpProxy {
  readonly port: number
  /** From now on. */
  become(line: Partial<Line>): void
  readonly connections: number
  readonly bytes: number
  readonly corrupted: number
  close(): Promise<void>
}

export async function openTcpProxy(
  target: { readonly host: string; readonly port: number },
  chance: () => number,
): Promise<TcpProxy> {
  let line = goodLine
  let bytes = 0
  let corrupted = 0
  const sockets = new Set<Socket>()

  function keep(socket: Socket): void {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    // A connection that breaks is what this is for; its other half is cut too.
    socket.on('error', () => socket.destroy())
  }

  async function carry(from: Socket, to: Socket): Promise<void> {
    try {
      for await (const chunk of from as AsyncIterable<Buffer>) {
        if (line.delayMs > 0) await pause(line.delayMs)
        if (Number.isFinite(line.bytesPerSecond)) {
          await pause((1_000 * chunk.length) / line.bytesPerSecond)
        }
        if (line.swallows) continue
        bytes += chunk.length
        if (chance() < line.corrupts) {
          corrupted += 1
          const at = Math.floor(chance() * chunk.length)
          chunk.writeUInt8(chunk.readUInt8(at) ^ (1 << Math.floor(chance() * 8)), at)
        }
        if (!to.write(chunk)) await once(to, 'drain')
      }
      to.end()
    } catch {
      // Either end is gone, and so is the other with it.
      from.destroy()
      to.destroy()
    }
  }

  const server = createServer((near) => {
    keep(near)
    if (line.isCut) {
      near.destroy()
      return
    }
    const far = dial(target)
    keep(far)
    near.on('close', () => far.destroy())
    far.on('close', () => near.destroy())
    void carry(near, far)
    void carry(far, near)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')

  return {
    port: (server.address() as AddressInfo).port,
    become(change) {
      line = { ...line, ...change }
      if (line.isCut) for (const socket of sockets) socket.destroy()
    },
    get connections() {
      return sockets.size / 2
    },
    get bytes() {
      return bytes
    },
    get corrupted() {
      return corrupted
    },
    async close() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}
