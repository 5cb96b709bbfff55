// Calls routes of a coordinator as a program would, over a real connection.
import { pathOf, type RouteName, routes } from '@vcp/protocol'

export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  /** Parsed, where it is JSON. */
  readonly json: Readonly<Record<string, unknown>>
  /** A field of it that is text. */
  field(name: string): string
}

export interface CallOptions {
  readonly params?: Readonly<Record<string, string>>
  readonly query?: Readonly<Record<string, string>>
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

export interface Caller {
  /** What it sends with every call. */
  readonly headers: Readonly<Record<string, string>>
  call(name: RouteName, options?: CallOptions): Promise<Answer>
  /** The same caller with these headers besides. */
  with(headers: Readonly<Record<string, string>>): Caller
}

export function callerOf(url: string, always: Readonly<Record<string, string>> = {}): Caller {
  return {
    headers: always,
    with: (headers) => callerOf(url, { ...always, ...headers }),
    async call(name, { params, query, body, headers } = {}) {
      const search = query === undefined ? '' : `?${new URLSearchParams(query)}`
      const bytes = body === undefined || body instanceof Uint8Array ? body : JSON.stringify(body)
      const type = body instanceof Uint8Array ? 'application/octet-stream' : 'application/json'
      const response = await fetch(`${url}${pathOf(name, params)}${search}`, {
        method: routes[name].method,
        headers: {
          ...(body === undefined ? {} : { 'content-type': type }),
          ...always,
          ...headers,
        },
        ...(bytes === undefined ? {} : { body: bytes as string }),
      })
      return answerOf(response)
    },
  }
}

export async function answerOf(response: Response): Promise<Answer> {
  const text = await response.text()
  const isJson = response.headers.get('content-type')?.startsWith('application/json') === true
  const { status, headers } = response
  const json = isJson && text !== '' ? (JSON.parse(text) as Record<string, unknown>) : {}
  const field = (name: string) => {
    const value = json[name]
    if (typeof value !== 'string') throw new Error(`no ${name} in ${text}`)
    return value
  }
  return { status, headers, text, json, field }
}

/** Registers somebody and signs them in. */
export async function signIn(url: string, username: string, setupToken?: string): Promise<Caller> {
  const caller = callerOf(url)
  const password = 'correct horse'
  const token = setupToken === undefined ? {} : { setup_token: setupToken }
  await caller.call('register', { body: { username, password, ...token } })
  const session = await caller.call('login', { body: { username, password } })
  return caller.with({ authorization: `Bearer ${session.field('access_token')}` })
}
