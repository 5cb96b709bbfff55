// The HTTP server, made from the protocol's table of routes.
import { randomUUID } from 'node:crypto'
import type { OutgoingHttpHeaders } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import cors from '@fastify/cors'
import helmet from '@fastify/helmet'
import { type RouteName, routes, VcpError } from '@vcp/protocol'
import { pagesFolder } from '@vcp/web'
import Fastify, { type FastifyInstance } from 'fastify'
import type { Accounts } from '../accounts/accounts.ts'
import { addRoute } from './add-route.ts'
import { answerFault, answerThrown } from './answer.ts'
import { addDocs } from './docs.ts'
import { createGuard } from './guard.ts'
import { createHandlers } from './handlers/handlers.ts'
import type { Log } from './log.ts'
import { createMetrics, type FigureOf } from './metrics.ts'
import type { HttpOptions } from './options.ts'
import { createPace } from './pace.ts'
import { addPages } from './pages.ts'
import { allowedMethods } from './paths.ts'
import type { Backend } from './ports.ts'
import { createRateLimiter } from './rate-limiter.ts'
import { answerOnSocket } from './raw-error.ts'
import { createStreams } from './streams.ts'

export interface HttpParts {
  readonly accounts: Accounts
  readonly backend: Backend
  readonly figures?: readonly FigureOf[]
  readonly log: Log
  nowMs(): number
  /** Calls back in the next turn of the event loop. */
  soon(work: () => void): void
}

export interface HttpServer {
  /** `http://127.0.0.1:8420` */
  readonly url: string
  /** Takes no new requests, lets those under way end, and closes. */
  stop(): Promise<void>
}

/** More than one machine can have for one coordinator; keeps the table of buckets in bounds. */
const bucketsMax = 100_000

/** Tasks, or requests: some 20 ms of work, measured with 100 microseconds a task. */
const workPerTurn = 200

export async function startHttp(parts: HttpParts, options: HttpOptions): Promise<HttpServer> {
  const { accounts, backend, figures, log, nowMs } = parts
  const app = createApp(options)
  const metrics = createMetrics(figures)
  const limiter = createRateLimiter({ rates: options.rates, bucketsMax, nowMs })
  for (const { accountId, rateClass, ...rate } of await accounts.store.rateOverrides.all()) {
    limiter.override(rateClass, accountId, rate)
  }
  const streams = createStreams({
    feed: backend.feed,
    metrics,
    heartbeatMs: options.timeouts.heartbeatMs,
    streamsMax: options.streamsMax,
    perAccountMax: options.streamsPerAccountMax,
  })
  const guard = createGuard({ accounts, limiter, metrics })
  const handlers = createHandlers({ accounts, backend, limiter, metrics, streams, nowMs })
  let isStopping = false

  await addSecurityHeaders(app)
  if (options.corsOrigins.length > 0) await app.register(cors, corsOptions(options.corsOrigins))
  app.setErrorHandler((error, request, reply) => answerThrown(error, request, reply, log))
  app.setNotFoundHandler((request, reply) => {
    const allowed = allowedMethods(request.url)
    if (allowed.length === 0) {
      return answerFault(reply, { code: 'NOT_FOUND', reason: 'there is no such path' })
    }
    const reason = `not with ${request.method}`
    return answerFault(reply.header('allow', allowed.join(', ')), {
      code: 'METHOD_NOT_ALLOWED',
      reason,
      details: { allowed },
    })
  })
  // Hooks call back: each promise that every request waits for is a microsecond of it.
  app.addHook('onRequest', (request, reply, done) => {
    reply.header('x-request-id', request.id)
    if (isStopping) done(new VcpError('COORDINATOR_STOPPING'))
    // RFC 9112, 3.2: a request of HTTP/1.1 without Host is answered with 400.
    else if (request.headers.host === undefined && request.raw.httpVersion !== '1.0') {
      done(new VcpError('REQUEST_MALFORMED', { message: 'there is no Host header' }))
    } else done()
  })
  app.addHook('onSend', (_request, reply, _payload, done) => {
    // The connection of what is under way would else stay open after its answer.
    if (isStopping) reply.header('connection', 'close')
    done()
  })
  app.addHook('onResponse', (request, reply, done) => {
    if (request.is404) metrics.answered('none', reply.statusCode, reply.elapsedTime / 1_000)
    done()
  })
  const pace = createPace({ perTurn: workPerTurn, soon: parts.soon })
  const shared = { accounts, guard, metrics, pace, nowMs, options }
  for (const name of Object.keys(routes) as RouteName[]) {
    addRoute(app, name, handlers[name] as never, shared)
  }
  addDocs(app, backend.cluster.health().version)
  addPages(app, pagesFolder)
  return listen(app, options, () => {
    isStopping = true
    streams.stop()
  })
}

/** Helmet works out the same headers for every answer; once is enough. */
async function addSecurityHeaders(app: FastifyInstance): Promise<void> {
  await app.register(helmet, { ...helmetOptions, global: false })
  let headers: OutgoingHttpHeaders | null = null
  app.addHook('onRequest', (_request, reply, done) => {
    if (headers !== null) {
      reply.headers(headers)
      done()
      return
    }
    Promise.resolve(reply.helmet()).then(() => {
      headers = { ...reply.raw.getHeaders() }
      reply.headers(headers)
      done()
    }, done)
  })
}

function createApp({ timeouts, trustedProxies, connectionsMax }: HttpOptions): FastifyInstance {
  const app = Fastify({
    http: {
      maxHeaderSize: 16_384,
      connectionsCheckingInterval: timeouts.lookMs,
      headersTimeout: timeouts.headersMs,
      // We answer that ourselves, in our own form.
      requireHostHeader: false,
    },
    requestTimeout: timeouts.requestMs,
    keepAliveTimeout: timeouts.keepAliveMs,
    trustProxy: trustedProxies.length === 0 ? false : [...trustedProxies],
    // An id of the client's choosing would go into our log.
    requestIdHeader: false,
    genReqId: () => randomUUID(),
    exposeHeadRoutes: false,
    return503OnClosing: false,
    forceCloseConnections: 'idle',
    logger: false,
    clientErrorHandler: (error, socket) => answerOnSocket(error, socket, randomUUID()),
    frameworkErrors: (_error, _request, reply) => {
      const fault = { code: 'REQUEST_MALFORMED', reason: 'the path cannot be decoded' } as const
      answerFault(reply, fault)
    },
  })
  // Declared here, so that every request has one shape.
  app.decorateRequest('identity', null)
  app.server.maxConnections = connectionsMax
  app.server.on('checkExpectation', (request, response) => {
    delete request.headers.expect
    app.server.emit('request', request, response)
  })
  return app
}

async function listen(
  app: FastifyInstance,
  { host, port, timeouts }: HttpOptions,
  beforeStop: () => void,
): Promise<HttpServer> {
  try {
    await app.listen({ host, port })
  } catch (cause) {
    await app.close()
    throw new VcpError('CONFIG_VALUE_INVALID', {
      message: `cannot listen on ${host}:${port}: ${(cause as Error).message}`,
      hint: 'Stop whatever listens there, or choose another port with --http-port.',
      cause,
    })
  }
  const { family, address, port: bound } = app.server.address() as AddressInfo
  const silent = silentSockets(app)
  let stopped: Promise<void> | null = null
  return {
    url: `http://${family === 'IPv6' ? `[${address}]` : address}:${bound}`,
    stop() {
      beforeStop()
      for (const socket of silent) socket.destroy()
      stopped ??= close(app, timeouts.stopMs)
      return stopped
    },
  }
}

/** Connections that have not asked for anything yet, which Node does not count as idle. */
function silentSockets({ server }: FastifyInstance): ReadonlySet<Socket> {
  const silent = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    silent.add(socket)
    socket.once('close', () => silent.delete(socket))
  })
  server.on('request', ({ socket }) => silent.delete(socket))
  return silent
}

async function close(app: FastifyInstance, withinMs: number): Promise<void> {
  const late = setTimeout(() => app.server.closeAllConnections(), withinMs)
  // Node closes those that are idle now: one whose answer is just going out would stay.
  const idle = setInterval(() => app.server.closeIdleConnections(), 50)
  try {
    await app.close()
  } finally {
    clearTimeout(late)
    clearInterval(idle)
  }
}

/** There is nothing here that a browser should show, run or frame; the page of docs has its own. */
const helmetOptions = {
  contentSecurityPolicy: {
    useDefaults: false,
    directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] },
  },
  crossOriginResourcePolicy: { policy: 'same-origin' },
} as const

function corsOptions(origins: readonly string[]) {
  return {
    origin: [...origins],
    methods: ['GET', 'POST', 'PUT', 'DELETE'],
    allowedHeaders: ['authorization', 'content-type', 'x-api-key', 'last-event-id', 'range'],
    exposedHeaders: ['x-request-id', 'retry-after', 'content-range'],
    maxAge: 600,
  }
}
