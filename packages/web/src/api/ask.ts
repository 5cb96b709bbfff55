// Asks the coordinator that served this page what its table of routes says it answers.
import { pathOf, type Route, type RouteName, routes } from '@vcp/protocol'
import { Refused, refusedBy, unreachable } from './refused.ts'
import { credentials, session, signIn, signOut } from './session.ts'

type Row<Name extends RouteName> = (typeof routes)[Name]

/** What a route answers, by its schema; text where it answers none. */
export type AnswerOf<Name extends RouteName> = Row<Name>['answer'] extends {
  parse(value: unknown): infer Answer
}
  ? Answer
  : string

export interface Asked {
  readonly params?: Readonly<Record<string, string>>
  readonly query?: Readonly<Record<string, string | number>>
  readonly body?: unknown
  readonly signal?: AbortSignal
  /** Headers of somebody who is not signed in yet, in place of those of the session. */
  readonly credentials?: Readonly<Record<string, string>>
}

/** How often what came too fast is asked for again before somebody is told. */
const patience = 4

export async function ask<Name extends RouteName>(
  name: Name,
  asked: Asked = {},
): Promise<AnswerOf<Name>> {
  const response = await patiently(name, asked)
  const { answer }: Route = routes[name]
  if (answer === 'none') return '' as AnswerOf<Name>
  if (typeof answer === 'string') return (await response.text()) as AnswerOf<Name>
  const result = answer.safeParse(await response.json())
  if (result.success) return result.data as AnswerOf<Name>
  throw new Refused({
    code: 'COORDINATOR_MISBEHAVED',
    message: `the answer to ${routes[name].path} has another form than this page knows`,
    hint: 'Load the page anew: the coordinator may be a newer one.',
    status: response.status,
  })
}

/** As `ask`, what comes not looked at: for what is checked elsewhere, step by step. */
export async function askUnchecked(name: RouteName, asked: Asked = {}): Promise<unknown> {
  return (await patiently(name, asked)).json()
}

export async function askBytes(name: RouteName, asked: Asked = {}): Promise<Uint8Array> {
  return new Uint8Array(await (await patiently(name, asked)).arrayBuffer())
}

/** One attempt, with renewed credentials where those at hand have run out. */
export async function send(name: RouteName, asked: Asked, again = true): Promise<Response> {
  const { params = {}, query = {}, body, signal } = asked
  const search = new URLSearchParams(Object.entries(query).map(([key, each]) => [key, `${each}`]))
  const isBytes = body instanceof Uint8Array
  const types = isBytes ? 'application/octet-stream' : 'application/json'
  const path = `${pathOf(name, params)}${search.size === 0 ? '' : `?${search}`}`
  const own = routes[name].access === 'public' ? {} : (asked.credentials ?? credentials())
  const response = await fetch(path, {
    method: routes[name].method,
    headers: { ...own, ...(body === undefined ? {} : { 'content-type': types }) },
    ...(body === undefined ? {} : { body: isBytes ? body.slice() : JSON.stringify(body) }),
    ...(signal === undefined ? {} : { signal }),
    credentials: 'omit',
    // A page that is left at once is to sign out all the same; browsers bound the body of such.
    keepalive: name === 'logout',
  }).catch((error: unknown) => {
    throw signal?.aborted === true ? error : unreachable()
  })
  if (response.ok || (name === 'health' && response.status === 503)) return response
  const isOfSession = routes[name].access !== 'public' && asked.credentials === undefined
  const isExpired = response.status === 401 && isOfSession
  if (isExpired && again && (await renew())) return send(name, asked, false)
  if (isExpired) signOut()
  throw await refusedBy(response)
}

/** Who came too fast waits as long as the coordinator says, and asks again. */
async function patiently(name: RouteName, asked: Asked): Promise<Response> {
  for (let left = patience; ; left -= 1) {
    try {
      return await send(name, asked)
    } catch (error) {
      const waitMs = error instanceof Refused && error.status === 429 ? error.retryAfterMs : null
      if (waitMs === null || left === 0 || waitMs > 30_000) throw error
      await new Promise((resolve) => setTimeout(resolve, waitMs))
    }
  }
}

let renewing: Promise<boolean> | null = null

/** A refresh token works once: whoever needs it at the same time waits for the same answer. */
function renew(): Promise<boolean> {
  renewing ??= renewOnce().finally(() => {
    renewing = null
  })
  return renewing
}

/** The tab forgets who it was; the coordinator is told, and not waited for. */
export function leave(): void {
  const who = session.value
  signOut()
  if (who?.kind !== 'signed-in') return
  ask('logout', { body: { refresh_token: who.refreshToken } }).catch(() => {
    // Where nobody answers, the token runs out by itself.
  })
}

async function renewOnce(): Promise<boolean> {
  const who = session.value
  if (who?.kind !== 'signed-in') return false
  try {
    const body = { refresh_token: who.refreshToken }
    const { access_token, refresh_token } = await ask('refresh', { body })
    signIn({ ...who, accessToken: access_token, refreshToken: refresh_token })
    return true
  } catch (error) {
    if (error instanceof Refused && error.status === 401) return false
    throw error
  }
}
