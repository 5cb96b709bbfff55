// A network with more nodes than it has: the list of them is made here, all else is the
// coordinator’s.
import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { sampleNode } from '../web/full/sample-nodes.ts'

export interface ManyNodes {
  readonly url: string
  close(): void
}

export async function serveManyNodes(coordinator: string, count: number): Promise<ManyNodes> {
  const seen = { last_seen: new Date().toISOString() }
  const nodes = Array.from({ length: count }, (_, i) => sampleNode(i, seen))
  const list = JSON.stringify({ nodes, next_cursor: null })
  const server = createServer((asked, answer) => {
    if (/^\/api\/v1\/nodes(\?|$)/.test(asked.url ?? '')) {
      answer.writeHead(200, { 'content-type': 'application/json' }).end(list)
      return
    }
    const { method, headers } = asked
    const passedOn = request(`${coordinator}${asked.url}`, { method, headers }, (reply) => {
      answer.writeHead(reply.statusCode ?? 502, reply.headers)
      reply.pipe(answer)
    })
    passedOn.once('error', () => answer.destroy())
    asked.pipe(passedOn)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close() {
      server.closeAllConnections()
      server.close()
    },
  }
}
