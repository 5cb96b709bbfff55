// One question to the coordinator, for every check that needs its answer. By what Node has loaded
// already: an agent asks it once, and undici is 10 MB.
import { type IncomingMessage, request as plainRequest } from 'node:http'
import { request as safeRequest } from 'node:https'

export type CoordinatorAnswer =
  | {
      readonly kind: 'answered'
      readonly url: string
      readonly status: number
      /** At most `bodyBytesMax`; null where it went on beyond that. */
      readonly body: string | null
      /** The Date header, null where there is none. */
      readonly dateMs: number | null
      /** By our clock, halfway between question and answer. */
      readonly midwayMs: number
      readonly roundTripMs: number
    }
  | {
      readonly kind: 'silent'
      readonly url: string
      readonly why: 'refused' | 'timeout' | 'name' | 'tls' | 'other'
      readonly message: string
    }

export interface CoordinatorQuestion {
  /** `coordinator.url`. */
  readonly url: string
  readonly timeoutMs: number
  readonly signal: AbortSignal
  nowMs(): number
}

/** Asks `GET /api/v1/health`. Never fails: silence is an answer. */
export async function askCoordinator(question: CoordinatorQuestion): Promise<CoordinatorAnswer> {
  const { timeoutMs, signal, nowMs } = question
  const url = `${question.url}/api/v1/health`
  const timeout = AbortSignal.timeout(timeoutMs)
  const askedMs = nowMs()
  const started = performance.now()
  try {
    const message = await answered(url, AbortSignal.any([timeout, signal]))
    const { statusCode = 0, headers } = message
    const roundTripMs = performance.now() - started
    const date = Date.parse(String(headers['date'] ?? ''))
    return {
      kind: 'answered',
      url,
      status: statusCode,
      body: await bounded(message),
      dateMs: Number.isNaN(date) ? null : date,
      midwayMs: askedMs + roundTripMs / 2,
      roundTripMs,
    }
  } catch (error) {
    if (timeout.aborted) {
      return { kind: 'silent', url, why: 'timeout', message: `no answer in ${timeoutMs / 1000} s` }
    }
    return { kind: 'silent', url, ...reasonOf(error) }
  }
}

function answered(url: string, signal: AbortSignal): Promise<IncomingMessage> {
  const ask = url.startsWith('https:') ? safeRequest : plainRequest
  return new Promise((resolve, reject) => {
    // Its own connection, which ends with the answer.
    const options = { agent: false, signal, headers: { accept: 'application/json' } } as const
    ask(url, options, resolve).once('error', reject).end()
  })
}

const bodyBytesMax = 65_536

async function bounded(body: AsyncIterable<Uint8Array>): Promise<string | null> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of body) {
    size += chunk.length
    if (size > bodyBytesMax) return null
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

type Silence = Extract<CoordinatorAnswer, { kind: 'silent' }>

/** Why nobody answered, from what a request failed with. */
export function reasonOf(error: unknown): Pick<Silence, 'why' | 'message'> {
  const { code, message } = rootOf(error)
  if (code === 'ECONNREFUSED') return { why: 'refused', message: 'the connection is refused' }
  if (code === 'ETIMEDOUT') {
    return { why: 'timeout', message: 'the connection is not accepted in time' }
  }
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
    return { why: 'name', message: 'no address is known for its name' }
  }
  if (/CERT|TLS|SSL|SELF_SIGNED|UNABLE_TO/.test(code)) return { why: 'tls', message }
  return { why: 'other', message }
}

/** Where several addresses were tried, the failure of the first. */
function rootOf(error: unknown): { readonly code: string; readonly message: string } {
  if (error instanceof AggregateError && error.errors.length > 0) return rootOf(error.errors[0])
  if (!(error instanceof Error)) return { code: '', message: String(error) }
  const code = (error as NodeJS.ErrnoException).code ?? ''
  return code === '' && error.cause !== undefined
    ? rootOf(error.cause)
    : { code, message: error.message || code }
}
