// Asks a coordinator what the table of routes says it answers, and believes no more than that.
import {
  ErrorBody,
  type ErrorCode,
  errors,
  pathOf,
  type RouteName,
  routes,
  VcpError,
} from '@vcp/protocol'
import type { Agent, Dispatcher } from 'undici'
import type * as z from 'zod'
import type { Context } from './command.ts'
import { reasonOf } from './doctor/ask-coordinator.ts'

/** What a route answers: data by its schema, or text where it answers none. */
export type AnswerOf<Name extends RouteName> = (typeof routes)[Name]['answer'] extends z.ZodType
  ? z.infer<(typeof routes)[Name]['answer']>
  : string

export interface Asked {
  readonly params?: Readonly<Record<string, string>>
  readonly query?: Readonly<Record<string, string | number>>
}

export interface CoordinatorClient {
  /** Asks a route that takes no body. What the coordinator refuses is an error with its code. */
  ask<Name extends RouteName>(name: Name, asked?: Asked): Promise<AnswerOf<Name>>
  /** As `ask`, for lists too long to be checked twice: their form is the caller's to check. */
  askUnchecked(name: RouteName, asked?: Asked): Promise<unknown>
}

const connectMs = 10_000
const silentMs = 60_000
/** A page of a thousand entries, each as large as an entry may be. */
const answerBytesMax = 134_217_728

/** Works with the coordinator of the configuration, and lets its connections go at the end. */
export async function withCoordinator<T>(
  { settings, host }: Context,
  work: (client: CoordinatorClient) => Promise<T>,
): Promise<T> {
  const { Agent } = await import('undici')
  const agent = new Agent({ connect: { timeout: connectMs } })
  const base = settings()['coordinator.url']
  const apiKey = host.env['VCP_API_KEY'] ?? ''
  const connection: Connection = {
    agent,
    base,
    signal: host.signal,
    headers: { accept: '*/*', ...(apiKey === '' ? {} : { 'x-api-key': apiKey }) },
  }
  try {
    return await work({
      ask: (name, asked) => ask(connection, name, asked),
      askUnchecked: (name, asked) => askJson(connection, name, asked),
    })
  } finally {
    await agent.destroy()
  }
}

interface Connection {
  readonly agent: Agent
  readonly base: string
  readonly signal: AbortSignal
  readonly headers: Readonly<Record<string, string>>
}

async function ask<Name extends RouteName>(
  connection: Connection,
  name: Name,
  asked: Asked = {},
): Promise<AnswerOf<Name>> {
  const { answer } = routes[name]
  if (typeof answer === 'string') {
    return (await askText(connection, name, asked)) as AnswerOf<Name>
  }
  const result = answer.safeParse(await askJson(connection, name, asked))
  if (result.success) return result.data as AnswerOf<Name>
  throw misbehaved(connection, `its answer to ${routes[name].path} has another form`)
}

async function askJson(connection: Connection, name: RouteName, asked?: Asked): Promise<unknown> {
  const text = await askText(connection, name, asked)
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw misbehaved(connection, `its answer to ${routes[name].path} is not JSON`, cause)
  }
}

async function askText(
  connection: Connection,
  name: RouteName,
  { params = {}, query = {} }: Asked = {},
): Promise<string> {
  const { agent, base, signal, headers } = connection
  const { request } = await import('undici')
  const { method, status } = routes[name]
  const options = { dispatcher: agent, method, signal, headers, query: { ...query } }
  const timeouts = { headersTimeout: silentMs, bodyTimeout: silentMs }
  try {
    const answer = await request(`${base}${pathOf(name, params)}`, { ...options, ...timeouts })
    const text = await textOf(connection, answer)
    if (answer.statusCode !== status) throw refusalOf(connection, answer, text)
    return text
  } catch (cause) {
    if (cause instanceof VcpError) throw cause
    if (signal.aborted) throw signal.reason
    const { message } = reasonOf(cause)
    throw new VcpError('COORDINATOR_UNREACHABLE', {
      message: `the coordinator at ${base} does not answer: ${message}`,
      details: { url: base },
      cause,
    })
  }
}

async function textOf(connection: Connection, { body }: Dispatcher.ResponseData): Promise<string> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of body as AsyncIterable<Uint8Array>) {
    bytes += chunk.length
    if (bytes > answerBytesMax) {
      throw misbehaved(connection, `its answer goes on beyond ${answerBytesMax} bytes`)
    }
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

/** The refusal as the coordinator gave it, or that it gave none that can be read. */
function refusalOf(
  connection: Connection,
  { statusCode, headers }: Dispatcher.ResponseData,
  text: string,
): VcpError {
  const body = ErrorBody.safeParse(jsonOf(text))
  const code = body.data?.details['code']
  if (body.data === undefined || !isErrorCode(code)) {
    return misbehaved(connection, `it answers ${statusCode} without saying why`)
  }
  const { message, hint, details, request_id } = body.data
  const wait = Number(headers['retry-after'])
  const more = Number.isFinite(wait) ? { retry_after_seconds: wait } : {}
  return new VcpError(code, { message, hint, details: { ...details, request_id, ...more } })
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

function isErrorCode(code: unknown): code is ErrorCode {
  return typeof code === 'string' && Object.hasOwn(errors, code)
}

function misbehaved({ base }: Connection, what: string, cause?: unknown): VcpError {
  return new VcpError('COORDINATOR_MISBEHAVED', {
    message: `what answers at ${base} is no coordinator: ${what}`,
    details: { url: base },
    cause,
  })
}
