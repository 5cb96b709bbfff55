// One coordinator, asked what the table of routes says it answers, and believed no more than that.
import {
  type Cid,
  pathOf,
  type RouteName,
  routes,
  VcpError,
  type VerifySignature,
  verifyEd25519,
} from '@vcp/protocol'
import type * as z from 'zod'
import { anonymous, type Credentials } from './credentials.ts'
import { type Pace, systemPace } from './pace.ts'
import { type Attempt, type Patience, patiently } from './patience.ts'
import { misbehaved, refusalOf } from './refusal.ts'
import { rememberedVerify } from './remembered-verify.ts'
import { createTransport, type Reply, type Transport } from './transport.ts'

type Row<Name extends RouteName> = (typeof routes)[Name]

/** What a route answers: data by its schema, or text where it answers none. */
export type AnswerOf<Name extends RouteName> = Row<Name>['answer'] extends infer Answer extends
  z.ZodType
  ? z.infer<Answer>
  : string

/** What a route takes as its body, as its caller writes it: with defaults left out. */
export type BodyOf<Name extends RouteName> =
  Row<Name> extends { readonly body: infer Body extends z.ZodType } ? z.input<Body> : undefined

export interface Asked<Name extends RouteName = RouteName> {
  readonly params?: Readonly<Record<string, string>>
  readonly query?: Readonly<Record<string, string | number>>
  readonly body?: BodyOf<Name>
  readonly signal?: AbortSignal
}

export type AskRoute = <Name extends RouteName>(
  name: Name,
  asked?: Asked<Name>,
) => Promise<AnswerOf<Name>>

/** What goes to a route as it is, for bytes and streams. */
export interface RawAsked {
  readonly params?: Readonly<Record<string, string>>
  readonly query?: Readonly<Record<string, string | number>>
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: () => AsyncIterable<Uint8Array>
  readonly signal?: AbortSignal
}

export interface Connection {
  readonly url: string
  readonly pace: Pace
  /** Aborts when all of it is to end. */
  readonly signal: AbortSignal
  /** Asks a route; what the coordinator refuses is a failure with its code. */
  readonly ask: AskRoute
  /** As `ask`, for lists too long to be checked twice: their form is the caller's to check. */
  askUnchecked(name: RouteName, asked?: Asked): Promise<unknown>
  /** One attempt at a route; any answer but a good one is a failure. */
  open(name: RouteName, asked: RawAsked): Promise<Reply>
  /** Does what may be done twice, again while the coordinator is silent or asks for patience. */
  again<T>(work: () => Promise<T>): Promise<T>
  /** Checks the signatures of what comes back. */
  readonly verify: VerifySignature
  /** What of the blobs sent here lately is known to have arrived. */
  readonly stored: Set<Cid>
  close(): Promise<void>
}

export interface ConnectOptions {
  readonly url: string
  readonly credentials?: Credentials
  readonly signal?: AbortSignal
  readonly pace?: Pace
  /** A native one is ten times as fast, and must be as strict; ours where nothing is said. */
  readonly verify?: VerifySignature
  /** Another way there than ours, for a program that has one loaded. */
  readonly transport?: Transport
  /** How long a silent coordinator is tried again: two seconds where nothing is said. */
  readonly silenceMs?: number
  /** Told when the coordinator asks for patience, or is silent and tried again. */
  readonly onWait?: (error: VcpError, ms: number) => void
}

/** A page of a thousand entries, each as large as an entry may be. */
const answerBytesMax = 134_217_728

export function connect(options: ConnectOptions): Connection {
  const { credentials = anonymous, signal = new AbortController().signal } = options
  const url = options.url.replace(/\/$/, '')
  const pace = options.pace ?? systemPace
  const patience: Patience = {
    pace,
    silenceMs: options.silenceMs ?? 2_000,
    onWait: options.onWait ?? (() => undefined),
    chance: Math.random,
  }
  const transport = options.transport ?? createTransport(url)
  const line: Line = { url, signal, patience, transport, credentials }
  return {
    url,
    pace,
    signal,
    ask: (name, asked) => ask(line, name, asked),
    askUnchecked: (name, asked) => askJson(line, name, asked),
    open: (name, asked) => admitted(line, name, asked),
    again: (work) => patiently(patience, { isIdempotent: true, signal }, work),
    verify: rememberedVerify(options.verify ?? verifyEd25519),
    stored: new Set(),
    close: () => line.transport.close(),
  }
}

interface Line {
  readonly url: string
  readonly signal: AbortSignal
  readonly patience: Patience
  readonly transport: Transport
  readonly credentials: Credentials
}

async function ask<Name extends RouteName>(
  line: Line,
  name: Name,
  asked: Asked<Name> = {},
): Promise<AnswerOf<Name>> {
  const { answer } = routes[name]
  if (typeof answer === 'string') return (await askText(line, name, asked)) as AnswerOf<Name>
  const result = answer.safeParse(await askJson(line, name, asked))
  if (result.success) return result.data as AnswerOf<Name>
  throw misbehaved(line.url, `its answer to ${routes[name].path} has another form`, result.error)
}

async function askJson(line: Line, name: RouteName, asked: Asked = {}): Promise<unknown> {
  const text = await askText(line, name, asked)
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw misbehaved(line.url, `its answer to ${routes[name].path} is not JSON`, cause)
  }
}

/** Sent twice, these end in the state of having been sent once: the id is the sender's. */
const idempotent: ReadonlySet<RouteName> = new Set<RouteName>([
  'submitTask',
  'submitTasks',
  'tasksEvidence',
  'tryTask',
  'walletChallenge',
  'login',
])

async function askText(line: Line, name: RouteName, asked: Asked): Promise<string> {
  const { params, query, body } = asked
  const text = body === undefined ? null : JSON.stringify(body)
  const raw = { ...(params && { params }), ...(query && { query }) }
  const isIdempotent = routes[name].method !== 'POST' || idempotent.has(name)
  const signal = signalOf(line, asked.signal)
  const attempt: Attempt = { isIdempotent, signal }
  return patiently(line.patience, attempt, async () => {
    const reply = await admitted(line, name, { ...raw, signal }, text)
    return reply.text(answerBytesMax)
  })
}

/** With credentials where the route takes any; with renewed ones where these are refused. */
async function admitted(
  line: Line,
  name: RouteName,
  asked: RawAsked,
  text: string | null = null,
): Promise<Reply> {
  const anonymously: AskRoute = (route, given) =>
    ask({ ...line, credentials: anonymous }, route, given)
  if (routes[name].access === 'public') return accepted(line, name, asked, text, {})
  const { credentials } = line
  try {
    return await accepted(line, name, asked, text, await credentials.headers(anonymously))
  } catch (error) {
    const isRefused = error instanceof VcpError && error.code === 'UNAUTHENTICATED'
    if (!isRefused || !(await credentials.renew(anonymously))) throw error
  }
  return accepted(line, name, asked, text, await credentials.headers(anonymously))
}

async function accepted(
  line: Line,
  name: RouteName,
  asked: RawAsked,
  text: string | null,
  credentials: Readonly<Record<string, string>>,
): Promise<Reply> {
  const { params = {}, query = {}, headers = {}, body } = asked
  const { method } = routes[name]
  const types = text === null ? {} : { 'content-type': 'application/json' }
  const reply = await line.transport.send({
    method,
    path: pathOf(name, params),
    query,
    headers: { accept: '*/*', ...types, ...headers, ...credentials },
    body: text ?? body?.() ?? null,
    signal: signalOf(line, asked.signal),
  })
  if (isGood(name, reply.status)) return reply
  const given = { status: reply.status, retryAfter: reply.header('retry-after') }
  throw refusalOf(line.url, { ...given, text: await reply.text(answerBytesMax) })
}

/** A part of a blob has a status of its own, and so has the health of one that is not ready. */
function isGood(name: RouteName, status: number): boolean {
  if (status === routes[name].status) return true
  return (name === 'getBlob' && status === 206) || (name === 'health' && status === 503)
}

function signalOf(line: Line, own: AbortSignal | undefined): AbortSignal {
  return own === undefined ? line.signal : AbortSignal.any([line.signal, own])
}
