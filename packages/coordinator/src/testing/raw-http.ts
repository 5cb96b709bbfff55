// Bytes to a server and what comes back, with nothing in between that would make them well-formed.
import { connect, type Socket } from 'node:net'

export function openSocket(url: string): Promise<Socket> {
  const { hostname, port } = new URL(url)
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => resolve(socket))
    socket.once('error', reject)
  })
}

/** All that comes back until the server closes the connection. */
export function untilClosed(socket: Socket): Promise<string> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = []
    socket.on('data', (chunk) => chunks.push(chunk))
    socket.on('error', () => undefined)
    socket.on('close', () => resolve(Buffer.concat(chunks).toString('utf8')))
  })
}

export interface RawAnswer {
  readonly status: number
  readonly head: string
  readonly json: Readonly<Record<string, unknown>> | null
}

export function parseRaw(text: string): RawAnswer {
  const [head = '', body = ''] = text.split('\r\n\r\n')
  const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(head)?.[1] ?? 0)
  return { status, head, json: body.startsWith('{') ? JSON.parse(body) : null }
}

export async function sendRaw(url: string, text: string): Promise<RawAnswer> {
  const socket = await openSocket(url)
  const answer = untilClosed(socket)
  socket.write(text)
  return parseRaw(await answer)
}
