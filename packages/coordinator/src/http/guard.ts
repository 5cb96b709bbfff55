// What every request passes before anybody reads its body: who it is from, whether they come too
// fast, whether they may.
import { type ErrorCode, type Outcome, pass, type RouteName, refuse, routes } from '@vcp/protocol'
import type { FastifyRequest } from 'fastify'
import type { Accounts } from '../accounts/accounts.ts'
import { signedIn } from '../accounts/api-keys.ts'
import type { Identity } from '../accounts/identity.ts'
import type { Fault } from './error-answer.ts'
import type { HttpMetrics } from './metrics.ts'
import type { RateLimiter } from './rate-limiter.ts'
import { routeScopes } from './route-scopes.ts'

export type Admission =
  | { readonly ok: true; readonly identity: Identity | null }
  | { readonly ok: false; readonly fault: Fault; readonly retryAfterSeconds: number | null }

export interface Guard {
  /** At once, but for a key that has to be looked up. */
  admit(name: RouteName, request: FastifyRequest): Admission | Promise<Admission>
}

export interface GuardParts {
  readonly accounts: Accounts
  readonly limiter: RateLimiter
  readonly metrics: HttpMetrics
}

export function createGuard({ accounts, limiter, metrics }: GuardParts): Guard {
  function limited(name: RouteName, who: string): Admission | null {
    const rateClass = routes[name].rate
    const retryAfterSeconds = limiter.take(rateClass, who)
    if (retryAfterSeconds === 0) return null
    metrics.limited(rateClass)
    const reason = `too many requests of the class ${rateClass}`
    const details = { class: rateClass, retry_after_seconds: retryAfterSeconds }
    return { ok: false, fault: { code: 'RATE_LIMITED', reason, details }, retryAfterSeconds }
  }

  function judge(name: RouteName, address: string, known: Outcome<Identity>): Admission {
    if (!known.ok) {
      // Guessing credentials is slow, whatever is asked for with them.
      return limited('login', address) ?? denied(known.code, known.reason)
    }
    const identity = known.value
    const slowed = limited(name, identity.accountId)
    if (slowed !== null) return slowed
    if (routes[name].access === 'api_key' && identity.keyId === null) {
      return denied('UNAUTHENTICATED', 'this asks about an API key: send it in X-API-Key')
    }
    const scope = routeScopes[name]
    if (scope === 'session') {
      if (identity.keyId === null) return { ok: true, identity }
      return denied('NOT_ALLOWED', 'an API key cannot do this: sign in', { scope: 'session' })
    }
    if (scope === null || identity.scopes.includes(scope)) return { ok: true, identity }
    return denied('NOT_ALLOWED', `this takes the scope ${scope}`, { scope })
  }

  return {
    admit(name, request) {
      // Null once the connection is gone, whatever the types say.
      const address = rateAddress(request.ip ?? '')
      // Whoever asks for health must hear it, most of all when much is asked.
      if (name === 'health') return { ok: true, identity: null }
      if (routes[name].access === 'public') {
        return limited(name, address) ?? { ok: true, identity: null }
      }
      const known = identify(accounts, request)
      if (!(known instanceof Promise)) return judge(name, address, known)
      return known.then((outcome) => judge(name, address, outcome))
    },
  }
}

function identify(
  { accessTokens, apiKeys }: Accounts,
  { headers }: FastifyRequest,
): Outcome<Identity> | Promise<Outcome<Identity>> {
  const { authorization, 'x-api-key': apiKey } = headers
  if (authorization !== undefined && apiKey !== undefined) {
    return refuse('UNAUTHENTICATED', 'send an access token or an API key, not both')
  }
  if (typeof apiKey === 'string') {
    // Nothing of another length is one of ours; hashing it would be work for a stranger.
    if (apiKey.length !== 36) return refuse('UNAUTHENTICATED', 'no API key has this form')
    return apiKeys.find(apiKey).then((found) => (found.ok ? pass(found.value.identity) : found))
  }
  const token = /^Bearer ([\w.-]{1,4096})$/i.exec(authorization ?? '')?.[1]
  if (token === undefined) {
    return refuse('UNAUTHENTICATED', 'send an access token as Bearer, or an API key in X-API-Key')
  }
  const claims = accessTokens.verify(token)
  return claims.ok ? pass(signedIn(claims.value.accountId, claims.value.role)) : claims
}

/** One household or one machine has a whole /64 of IPv6 to itself. */
export function rateAddress(address: string): string {
  if (!address.includes(':')) return address
  if (/^::ffff:\d+\.\d+\.\d+\.\d+$/i.test(address)) return address.slice(7)
  const [head = '', tail] = address.split('::')
  const groups = head.split(':')
  const missing = tail === undefined ? 0 : 8 - groups.length - tail.split(':').length
  return [...groups, ...Array.from({ length: Math.max(0, missing) }, () => '0')]
    .slice(0, 4)
    .map((group) => group.toLowerCase() || '0')
    .join(':')
}

function denied(
  code: ErrorCode,
  reason: string,
  details: Readonly<Record<string, unknown>> = {},
): Admission {
  return { ok: false, fault: { code, reason, details }, retryAfterSeconds: null }
}
