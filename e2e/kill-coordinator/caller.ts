import { pathOf, type RouteName, routes } from '@vcp/protocol'

/** Asks a coordinator; the answer of a success, or null where the connection broke. */
export type Call = (name: RouteName, options?: CallOptions) => Promise<unknown>

interface CallOptions {
  readonly params?: Readonly<Record<string, string>>
  readonly query?: Readonly<Record<string, string>>
  readonly body?: unknown
}

/** A refusal is an error: nothing of what is asked here may be refused. */
export function callerOf(url: string, headers: Readonly<Record<string, string>>): Call {
  return async (name, { params, query, body } = {}) => {
    const search = query === undefined ? '' : `?${new URLSearchParams(query)}`
    const answer = await exchange(`${url}${pathOf(name, params)}${search}`, {
      method: routes[name].method,
      headers: {
        ...headers,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    if (answer === null) return null
    const { status, text } = answer
    if (status >= 300) throw new Error(`${name} was answered with ${status}: ${text}`)
    return text.startsWith('{') ? JSON.parse(text) : text
  }
}

async function exchange(url: string, init: RequestInit) {
  try {
    const response = await fetch(url, init)
    return { status: response.status, text: await response.text() }
  } catch {
    // `fetch` fails only where there was no whole answer: whether it was heard is not known.
    return null
  }
}
