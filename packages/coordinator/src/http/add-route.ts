// One row of the table as a route of fastify: admission, form, handler, answer, figures, audit.
import type { IncomingMessage } from 'node:http'
import { Readable } from 'node:stream'
import {
  faultsOf,
  measureJson,
  type Outcome,
  pass,
  type Route,
  type RouteName,
  refuse,
  routes,
  VcpError,
} from '@vcp/protocol'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type * as z from 'zod'
import type { Accounts } from '../accounts/accounts.ts'
import type { Identity } from '../accounts/identity.ts'
import { answerFault, answerValue } from './answer.ts'
import { bodyBytesMax } from './body-limits.ts'
import type { Admission, Guard } from './guard.ts'
import type { Answered } from './handler.ts'
import { readJsonBody } from './json-body.ts'
import type { HttpMetrics } from './metrics.ts'
import type { HttpOptions } from './options.ts'
import type { Pace } from './pace.ts'
import { fastifyPath } from './paths.ts'
import { auditedRoutes } from './route-scopes.ts'

declare module 'fastify' {
  interface FastifyRequest {
    identity: Identity | null
  }
}

export interface RouteParts {
  readonly accounts: Accounts
  readonly guard: Guard
  readonly metrics: HttpMetrics
  readonly pace: Pace
  readonly options: HttpOptions
  nowMs(): number
}

/** The table has lost the types by here; `Handlers` has tied each handler to its row. */
type AnyHandler = (call: Readonly<Record<string, unknown>>) => Promise<Answered<unknown>>

/** For every route that takes no bytes; nobody reads it. */
const nothing = Readable.from([])

export function addRoute(
  app: FastifyInstance,
  name: RouteName,
  handle: AnyHandler,
  parts: RouteParts,
): void {
  const route: Route = routes[name]
  const { guard, options, pace } = parts
  const { heartbeatMs } = options.timeouts
  const send = { heartbeatMs, check: options.checkAnswers }

  app.register(async (scope) => {
    addParser(scope, name, options)
    scope.addHook('onResponse', (request, reply, done) => {
      note(name, request, reply, parts)
      done()
    })
    scope.route({
      method: route.method,
      url: fastifyPath(name),
      onRequest(request, reply, done) {
        const go = (admission: Admission) => {
          if (!admission.ok) {
            answerFault(reply, admission.fault, admission.retryAfterSeconds)
            return
          }
          request.identity = admission.identity
          done()
        }
        const admission = guard.admit(name, request)
        if (admission instanceof Promise) admission.then(go, done)
        else go(admission)
      },
      async handler(request, reply) {
        const turn = pace.take(weightOf(request.body))
        if (turn !== null) await turn
        const parsed = readCall(route, request)
        if (!parsed.ok) return answerFault(reply, parsed)
        const answered = await handle({
          ...parsed.value,
          identity: request.identity,
          requestId: request.id,
          address: request.ip,
          headers: request.headers,
          stream: request.body instanceof Readable ? request.body : nothing,
        })
        if (!answered.ok) return answerFault(reply, answered)
        return answerValue(reply, name, answered, send)
      },
    })
  })
}

/** JSON where the route has a body in the table, bytes where it takes a blob, nothing else. */
function addParser(scope: FastifyInstance, name: RouteName, { timeouts }: HttpOptions): void {
  scope.removeAllContentTypeParsers()
  if (name === 'putBlob') {
    scope.addContentTypeParser(
      'application/octet-stream',
      async (_request: unknown, payload: Readable) => payload,
    )
    return
  }
  const bounds = {
    bytesMax: bodyBytesMax(name),
    withinMs: timeouts.bodyMs,
    list: name === 'submitTasks' ? 'tasks' : null,
  }
  scope.addContentTypeParser(
    'application/json',
    (_request: unknown, payload: IncomingMessage, done: ParserDone) => {
      readJsonBody(payload, bounds, (outcome) => {
        if (outcome.ok) done(null, outcome.value)
        else done(new VcpError(outcome.code, { message: outcome.reason }))
      })
    },
  )
}

type ParserDone = (error: Error | null, body?: unknown) => void

/** A batch is as much work as it has tasks. */
function weightOf(body: unknown): number {
  const { tasks, task_ids } = (body ?? {}) as { readonly tasks?: unknown; task_ids?: unknown }
  const list = tasks ?? task_ids
  return Array.isArray(list) ? list.length : 1
}

interface Parsed {
  readonly params: unknown
  readonly query: unknown
  readonly body: unknown
}

function readCall({ params, query, body }: Route, request: FastifyRequest): Outcome<Parsed> {
  const found: Record<string, unknown> = {}
  const wanted = { params, query, body }
  const given = { params: request.params, query: request.query, body: request.body }
  for (const part of ['params', 'query', 'body'] as const) {
    const read = readPart(part, wanted[part], given[part])
    if (!read.ok) return read
    found[part] = read.value
  }
  return pass(found as unknown as Parsed)
}

/** The body was measured when it was read. */
function readPart(
  part: keyof Parsed,
  schema: z.ZodType | undefined,
  value: unknown,
): Outcome<unknown> {
  if (schema === undefined) return pass(undefined)
  // Fastify's own objects have a prototype without a name: what is in them is copied out.
  const plain = part === 'body' ? value : { ...(value as object) }
  const fault = part === 'body' ? null : measureJson(plain)
  if (fault !== null) return refuse('INVALID', `${part}: ${fault}`)
  const result = schema.safeParse(plain)
  if (result.success) return pass(result.data)
  return refuse('INVALID', `${part}: ${faultsOf(result.error).join('; ')}`)
}

/** Figures of every request, and the audit log of those that matter. */
function note(
  name: RouteName,
  request: FastifyRequest,
  reply: FastifyReply,
  { accounts, metrics, nowMs }: RouteParts,
): void {
  const { statusCode } = reply
  metrics.answered(name, statusCode, reply.elapsedTime / 1_000)
  const isDenied = statusCode === 401 || statusCode === 403
  // What came too fast would fill the log as fast.
  if (statusCode === 429 || !(isDenied || auditedRoutes.has(name))) return
  accounts.audit.record({
    atMs: nowMs(),
    accountId: request.identity?.accountId ?? null,
    action: name,
    subject: subjectOf(request),
    outcome: statusCode < 400 ? 'allowed' : 'refused',
    requestId: request.id,
    address: request.ip?.slice(0, 64) ?? null,
  })
}

/** What it was about: what the path names, or who wanted to sign in. */
function subjectOf({ params, body }: FastifyRequest): string | null {
  const [named] = Object.values(params as Record<string, unknown>)
  const wanted = named ?? (body as { readonly username?: unknown } | null | undefined)?.username
  return typeof wanted === 'string' ? wanted.slice(0, 128) : null
}
