import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'

/** What a sound coordinator says of itself. */
export const health = {
  status: 'ok',
  ready: true,
  reason: null,
  version: '0.1.0',
  protocol: 1,
  log_key: 'key',
  mesh: null,
}

/** Starts an HTTP server on loopback that is gone when the test ends; gives its URL. */
export async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener)
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** A server that answers everything with one body. */
export function serveBody(
  body: string,
  status = 200,
  headers: Readonly<Record<string, string>> = {},
): Promise<string> {
  return serve((_, response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers })
    response.end(body)
  })
}

/** A URL of this machine where nothing listens. */
export async function deadUrl(): Promise<string> {
  const server = createServer()
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => {
    server.close(resolve)
  })
  return `http://127.0.0.1:${port}`
}
