// Reads a JSON body: bounded in size and in time, refused compressed. What is in it is measured
// before any schema walks it.
import type { IncomingMessage } from 'node:http'
import { type Json, limits, measureJson, type Outcome, pass, refuse } from '@vcp/protocol'

export interface BodyBounds {
  readonly bytesMax: number
  /** How long the whole body may take to come. */
  readonly withinMs: number
  /** The name of a list whose items are documents of their own, each measured by itself. */
  readonly list: string | null
}

export async function readJsonBody(
  payload: IncomingMessage,
  bounds: BodyBounds,
): Promise<Outcome<unknown>> {
  const encoding = payload.headers['content-encoding']
  if (encoding !== undefined && encoding !== 'identity') {
    return refuse('MEDIA_TYPE_UNSUPPORTED', 'compressed bodies are not taken')
  }
  const declared = Number(payload.headers['content-length'] ?? 0)
  if (declared > bounds.bytesMax) return tooLarge(bounds.bytesMax)
  const text = await collect(payload, bounds)
  if (!text.ok) return text
  return parsed(text.value, bounds.list)
}

function collect(
  payload: IncomingMessage,
  { bytesMax, withinMs }: BodyBounds,
): Promise<Outcome<Buffer>> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = []
    let size = 0
    const late = () => done(refuse('REQUEST_TIMEOUT', `no whole body within ${withinMs} ms`))
    const timer = setTimeout(late, withinMs)
    const onData = (chunk: Buffer) => {
      size += chunk.length
      if (size > bytesMax) done(tooLarge(bytesMax))
      else chunks.push(chunk)
    }
    const onEnd = () => done(pass(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks, size)))
    const onBroken = () => done(refuse('REQUEST_MALFORMED', 'the body breaks off'))
    function done(outcome: Outcome<Buffer>): void {
      clearTimeout(timer)
      payload.off('data', onData).off('end', onEnd).off('error', onBroken).off('close', onBroken)
      // An error that comes after the answer has nobody to tell.
      payload.on('error', () => undefined)
      resolve(outcome)
    }
    payload.on('data', onData).on('end', onEnd).on('error', onBroken).on('close', onBroken)
  })
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

function parsed(bytes: Buffer, list: string | null): Outcome<unknown> {
  let value: unknown
  try {
    value = JSON.parse(decoder.decode(bytes))
  } catch {
    return refuse('REQUEST_MALFORMED', 'the body is not JSON in UTF-8')
  }
  const fault = list === null ? measureJson(value) : measureList(value, list)
  return fault === null ? pass(value) : refuse('INVALID', fault)
}

/** A batch may have as many keys as its items have together. */
function measureList(value: unknown, list: string): string | null {
  const items = (value as Readonly<Record<string, Json>> | null)?.[list]
  if (!Array.isArray(items)) return measureJson(value)
  if (items.length > limits.batchTasksMax) return `more than ${limits.batchTasksMax} in ${list}`
  const rest = measureJson({ ...(value as object), [list]: [] })
  if (rest !== null) return rest
  for (const [index, item] of items.entries()) {
    const fault = measureJson(item)
    if (fault !== null) return `${list}.${index}: ${fault}`
  }
  return null
}

function tooLarge(bytesMax: number) {
  return refuse('TOO_LARGE', `the body has more than ${bytesMax} bytes`)
}
