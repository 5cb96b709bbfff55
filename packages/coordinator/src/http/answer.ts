// What goes out: answers as the table has them, and every no in its one form.
import { pipeline, Readable } from 'node:stream'
import { type Route, type RouteName, routes } from '@vcp/protocol'
import type { FastifyReply, FastifyRequest } from 'fastify'
import * as z from 'zod'
import { errorAnswer, type Fault, faultOf } from './error-answer.ts'
import { eventStream } from './event-stream.ts'
import type { BytesAnswer } from './handler.ts'
import type { Log } from './log.ts'
import type { Told } from './streams.ts'

const json = 'application/json; charset=utf-8'

export function answerFault(
  reply: FastifyReply,
  fault: Fault,
  retryAfterSeconds: number | null = null,
): FastifyReply {
  const { status, body } = errorAnswer(fault, reply.request.id)
  if (status === 401) reply.header('www-authenticate', 'Bearer')
  const seconds = retryAfterSeconds ?? (status === 503 || status === 429 ? 1 : null)
  if (seconds !== null) reply.header('retry-after', String(seconds))
  // What is still to come of the body is not read: the connection cannot be used again.
  if (!reply.request.raw.complete) reply.header('connection', 'close')
  return reply.code(status).type(json).send(JSON.stringify(body))
}

/** A thrown value: what we have a code for is said, the rest is a bug and goes to our log. */
export function answerThrown(
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
  log: Log,
): FastifyReply {
  const fault = faultOf(error)
  if (fault !== null) return answerFault(reply, fault)
  log({
    level: 'error',
    message: 'a request failed',
    fields: { request_id: request.id, error: (error as Error).stack ?? String(error) },
  })
  return answerFault(reply, { code: 'INTERNAL', reason: 'something went wrong on our side' })
}

/** A good answer, by the route's row in the table. */
export function answerValue(
  reply: FastifyReply,
  name: RouteName,
  { value, status }: { readonly value: unknown; readonly status?: number },
  { heartbeatMs, check }: { readonly heartbeatMs: number; readonly check: boolean },
): FastifyReply {
  const route: Route = routes[name]
  reply.code(status ?? route.status)
  if (route.answer instanceof z.ZodType) {
    if (check) checkAnswer(name, route.answer, value)
    return reply.type(json).send(JSON.stringify(value))
  }
  switch (route.answer) {
    case 'text/event-stream':
      return sendEvents(reply, value as AsyncIterable<Told>, heartbeatMs)
    case 'application/octet-stream':
      return sendBytes(reply, value as BytesAnswer)
    case 'text/plain':
      return reply.type('text/plain; charset=utf-8').send(value as string)
    default:
      return reply.send()
  }
}

/** In tests and while developing: an answer that its own schema does not take is a bug. */
function checkAnswer(name: RouteName, schema: z.ZodType, value: unknown): void {
  const result = schema.safeParse(JSON.parse(JSON.stringify(value)))
  if (!result.success)
    throw new Error(`the answer of ${name} is not of its form`, { cause: result.error })
}

function sendBytes(reply: FastifyReply, { bytes, length, part }: BytesAnswer): FastifyReply {
  reply.type('application/octet-stream').header('content-length', length)
  reply.header('accept-ranges', 'bytes')
  // A browser that meets somebody's bytes keeps them as a file, whatever they look like.
  reply.header('content-disposition', 'attachment')
  if (part !== null) {
    const last = part.from + length - 1
    reply.code(206).header('content-range', `bytes ${part.from}-${last}/${part.of}`)
  }
  return reply.send(bytes)
}

/** On the bare response: the stream outlives the request, and what does not drain is cut off. */
function sendEvents(
  reply: FastifyReply,
  events: AsyncIterable<Told>,
  heartbeatMs: number,
): FastifyReply {
  reply.hijack()
  const { raw } = reply
  raw.writeHead(200, {
    ...(reply.getHeaders() as Record<string, string>),
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
  })
  let stuck = 0
  const watch = setInterval(() => {
    stuck = raw.writableNeedDrain ? stuck + 1 : 0
    if (stuck >= 2) raw.destroy()
  }, heartbeatMs)
  const source = Readable.from(eventStream(events), { highWaterMark: 1 })
  pipeline(source, raw, () => clearInterval(watch))
  return reply
}
