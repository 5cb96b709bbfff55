// HTTP to a coordinator by what Node has loaded already. A dashboard asks a few questions a minute
// and stays open for days: undici's speed is nothing to it, and the 10 MB of undici are.
import assert from 'node:assert/strict'
import { type IncomingMessage, request as plainRequest } from 'node:http'
import { request as safeRequest } from 'node:https'
import type { Reply, Request, Transport } from '@vcp/client'
import { VcpError } from '@vcp/protocol'

const silentMs = 30_000

export function plainTransport(url: string): Transport {
  return {
    async send(asked) {
      assert(asked.body === null, 'a dashboard only asks')
      return replyOf(url, await answered(url, asked))
    },
    // Node's own connections end with the process, or before.
    close: async () => undefined,
  }
}

function answered(url: string, { method, path, query, headers, signal }: Request) {
  const target = new URL(`${url}${path}`)
  for (const [name, value] of Object.entries(query)) target.searchParams.set(name, String(value))
  const ask = target.protocol === 'https:' ? safeRequest : plainRequest
  return new Promise<IncomingMessage>((resolve, reject) => {
    const asked = ask(target, { method, headers, signal, timeout: silentMs }, resolve)
    asked.once('timeout', () => asked.destroy(new Error('it is silent')))
    asked.once('error', (cause) => reject(signal.aborted ? signal.reason : failure(url, cause)))
    asked.end()
  })
}

function replyOf(url: string, message: IncomingMessage): Reply {
  return {
    status: message.statusCode ?? 0,
    header: (name) => [message.headers[name]].flat()[0],
    bytes: message,
    async text(bytesMax) {
      const chunks: Buffer[] = []
      let length = 0
      for await (const chunk of message as AsyncIterable<Buffer>) {
        length += chunk.length
        if (length > bytesMax) throw failure(url, new Error('its answer does not end'))
        chunks.push(chunk)
      }
      return Buffer.concat(chunks).toString('utf8')
    },
    drop: async () => void message.destroy(),
  }
}

function failure(url: string, cause: Error): VcpError {
  return new VcpError('COORDINATOR_UNREACHABLE', {
    message: `the coordinator at ${url} does not answer: ${cause.message}`,
    details: { url },
    cause,
  })
}
