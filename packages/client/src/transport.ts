// HTTP to one coordinator: connections that are kept, time-outs, answers that have an end.
import { Readable } from 'node:stream'
import { type ErrorCode, VcpError } from '@vcp/protocol'
import type { Agent, Dispatcher } from 'undici'
import { misbehaved } from './refusal.ts'

export interface Request {
  readonly method: Dispatcher.HttpMethod
  /** From the root of the coordinator. */
  readonly path: string
  readonly query: Readonly<Record<string, string | number>>
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | AsyncIterable<Uint8Array> | null
  readonly signal: AbortSignal
}

export interface Reply {
  readonly status: number
  header(name: string): string | undefined
  /** What was not read is to be dropped, or its connection is never used again. */
  readonly bytes: AsyncIterable<Uint8Array>
  text(bytesMax: number): Promise<string>
  drop(): Promise<void>
}

export interface Transport {
  /** An answer of any status, once its headers are there; silence is COORDINATOR_UNREACHABLE. */
  send(request: Request): Promise<Reply>
  /** Lets every connection go, also those in use. */
  close(): Promise<void>
}

const connectMs = 10_000
const silentMs = 60_000

export function createTransport(url: string): Transport {
  let opened: Promise<Agent> | null = null
  return {
    async send({ path, ...parts }) {
      // Loaded when it is first needed: it costs more than the rest of a short command.
      const { Agent, request } = await import('undici')
      opened ??= Promise.resolve(new Agent({ connect: { timeout: connectMs } }))
      const { body } = parts
      const sent = body === null || typeof body === 'string' ? body : Readable.from(body)
      const options = { ...parts, body: sent, dispatcher: await opened, query: { ...parts.query } }
      const timeouts = { headersTimeout: silentMs, bodyTimeout: silentMs }
      try {
        return replyOf(
          url,
          await request(`${url}${path}`, { ...options, ...timeouts }),
          parts.signal,
        )
      } catch (cause) {
        throw unreachable(url, cause, parts.signal)
      }
    },
    close: async () => (await opened)?.destroy(),
  }
}

function replyOf(
  url: string,
  { statusCode, headers, body }: Dispatcher.ResponseData,
  signal: AbortSignal,
): Reply {
  const bytes = readable(url, body as AsyncIterable<Uint8Array>, signal)
  return {
    status: statusCode,
    header: (name) => [headers[name]].flat()[0],
    bytes,
    async text(bytesMax) {
      const chunks: Uint8Array[] = []
      let length = 0
      for await (const chunk of bytes) {
        length += chunk.length
        if (length > bytesMax) throw misbehaved(url, `its answer goes on beyond ${bytesMax} bytes`)
        chunks.push(chunk)
      }
      return Buffer.concat(chunks).toString('utf8')
    },
    drop: () => body.dump(),
  }
}

async function* readable(url: string, body: AsyncIterable<Uint8Array>, signal: AbortSignal) {
  try {
    for await (const chunk of body) yield chunk
  } catch (cause) {
    throw unreachable(url, cause, signal)
  }
}

function unreachable(url: string, cause: unknown, signal: AbortSignal): unknown {
  if (cause instanceof VcpError) return cause
  if (signal.aborted) return signal.reason
  const { code, message } = rootOf(cause)
  return new VcpError('COORDINATOR_UNREACHABLE' satisfies ErrorCode, {
    message: `the coordinator at ${url} does not answer: ${reasons[code] ?? message}`,
    details: { url, reason: code },
    cause,
  })
}

const reasons: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'the connection is refused',
  UND_ERR_CONNECT_TIMEOUT: 'the connection is not accepted in time',
  ETIMEDOUT: 'the connection is not accepted in time',
  ENOTFOUND: 'no address is known for its name',
  EAI_AGAIN: 'no address is known for its name',
}

/** Where several addresses were tried, the failure of the first. */
function rootOf(error: unknown): { readonly code: string; readonly message: string } {
  if (error instanceof AggregateError && error.errors.length > 0) return rootOf(error.errors[0])
  if (!(error instanceof Error)) return { code: '', message: String(error) }
  const { code = '' } = error as NodeJS.ErrnoException
  return code === '' && error.cause !== undefined
    ? rootOf(error.cause)
    : { code, message: error.message || code }
}
