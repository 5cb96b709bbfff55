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

/** Calls back once, with what the body says or why it is not taken. */
export function readJsonBody(
  payload: IncomingMessage,
  bounds: BodyBounds,
  done: (outcome: Outcome<unknown>) => void,
): void {
  const encoding = payload.headers['content-encoding']
  if (encoding !== undefined && encoding !== 'identity') {
    done(refuse('MEDIA_TYPE_UNSUPPORTED', 'compressed bodies are not taken'))
    return
  }
  const declared = Number(payload.headers['content-length'] ?? 0)
  if (declared > bounds.bytesMax) done(tooLarge(bounds.bytesMax))
  else collect(payload, bounds, (text) => done(text.ok ? parsed(text.value, bounds.list) : text))
}

function collect(
  payload: IncomingMessage,
  { bytesMax, withinMs }: BodyBounds,
  done: (outcome: Outcome<Buffer>) => void,
): void {
  const chunks: Buffer[] = []
  let size = 0
  const late = () => end(refuse('REQUEST_TIMEOUT', `no whole body within ${withinMs} ms`))
  const timer = setTimeout(late, withinMs)
  const onData = (chunk: Buffer) => {
    size += chunk.length
    if (size > bytesMax) end(tooLarge(bytesMax))
    else chunks.push(chunk)
  }
  const onEnd = () => end(pass(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks, size)))
  const onBroken = () => end(refuse('REQUEST_MALFORMED', 'the body breaks off'))
  function end(outcome: Outcome<Buffer>): void {
    clearTimeout(timer)
    payload.off('data', onData).off('end', onEnd).off('error', onBroken).off('close', onBroken)
    // An error that comes after the answer has nobody to tell.
    payload.on('error', () => undefined)
    done(outcome)
  }
  payload.on('data', onData).on('end', onEnd).on('error', onBroken).on('close', onBroken)
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
