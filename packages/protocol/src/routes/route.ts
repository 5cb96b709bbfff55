import type * as z from 'zod'
import type { ErrorCode } from '../errors.ts'

export type Method = 'GET' | 'POST' | 'PUT' | 'DELETE'

/** Who may call: anybody, whoever has signed in, an API key's holder, an administrator. */
export type Access = 'public' | 'account' | 'api_key' | 'admin'

/** Requests a minute and how many may come at once, per route class and identity. */
export const rateLimits = {
  auth: { perMinute: 10, burst: 3 },
  nodes: { perMinute: 20, burst: 5 },
  tasks: { perMinute: 30, burst: 10 },
  proofs: { perMinute: 15, burst: 3 },
  general: { perMinute: 60, burst: 10 },
} as const

export type RateClass = keyof typeof rateLimits

/** One HTTP route: what it takes, what it answers, who may call it and how often. */
export interface Route {
  readonly method: Method
  /** Parameters in braces: `/api/v1/nodes/{id}`. */
  readonly path: string
  readonly summary: string
  readonly access: Access
  readonly rate: RateClass
  readonly params?: z.ZodType
  readonly query?: z.ZodType
  readonly body?: z.ZodType
  readonly status: 200 | 201 | 202 | 204
  /** A schema of the JSON it answers, or the media type where the answer is none. */
  readonly answer: z.ZodType | string
  /** The refusals particular to this route, beyond those that any route may give. */
  readonly refusals: readonly ErrorCode[]
}

type Parts = Partial<Pick<Route, 'params' | 'query' | 'body' | 'status' | 'access' | 'rate'>> & {
  readonly summary: string
  readonly answer: z.ZodType | string
  readonly refusals?: readonly ErrorCode[]
}

const defaults = { access: 'account', rate: 'general', status: 200, refusals: [] } as const

/** What was given, and the defaults for the rest. */
type Filled<Given> = Omit<typeof defaults, keyof Given> &
  Given & { readonly method: Method; readonly path: string }

export function route<const Given extends Parts>(
  line: `${Method} /${string}`,
  parts: Given,
): Filled<Given> {
  const [method, path] = line.split(' ') as [Method, string]
  return { ...defaults, ...parts, method, path }
}
