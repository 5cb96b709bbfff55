// Access tokens: JWT (RFC 7519) signed with HS256 (RFC 7518). One header is ever made and only that
// one is taken, letter for letter, so that a token cannot choose how it is checked: `none`, another
// algorithm, `crit`, `jku` and the rest are all simply not the header.
import { createHmac, timingSafeEqual } from 'node:crypto'
import { AccountId, type Outcome, pass, refuse } from '@vcp/protocol'
import * as z from 'zod'
import type { Role } from './identity.ts'

export interface AccessClaims {
  readonly accountId: AccountId
  readonly role: Role
}

export interface AccessTokens {
  readonly secondsMax: number
  sign(claims: AccessClaims, tokenId: string): string
  verify(token: string): Outcome<AccessClaims>
}

export interface AccessTokenOptions {
  readonly key: Uint8Array
  readonly issuer: string
  readonly audience: string
  /** How long a token is good for; at most a day. */
  readonly seconds: number
  nowMs(): number
}

interface Verified {
  readonly claims: AccessClaims
  readonly exp: number
}

/** Tokens of 350 letters: some megabytes. */
const verifiedMax = 10_000

const header = encode({ alg: 'HS256', typ: 'JWT' })

const Payload = z.strictObject({
  iss: z.string(),
  aud: z.string(),
  sub: AccountId,
  jti: z.string(),
  role: z.enum(['admin', 'operator', 'submitter']),
  iat: z.int(),
  exp: z.int(),
})

export function createAccessTokens(options: AccessTokenOptions): AccessTokens {
  const { key, issuer, audience, seconds, nowMs } = options

  /** The same text has the same signature and claims for ever; only time takes a token's force. */
  const verified = new Map<string, Verified>()

  function remember(token: string, what: Verified): void {
    const oldest = verified.keys().next()
    if (verified.size >= verifiedMax && !oldest.done) verified.delete(oldest.value)
    verified.set(token, what)
  }

  function signatureOf(text: string): Buffer {
    return createHmac('sha256', key).update(text).digest()
  }

  return {
    secondsMax: seconds,
    sign({ accountId, role }, tokenId) {
      const iat = Math.floor(nowMs() / 1_000)
      const exp = iat + seconds
      const payload = { iss: issuer, aud: audience, sub: accountId, jti: tokenId, role, iat, exp }
      const text = `${header}.${encode(payload)}`
      return `${text}.${signatureOf(text).toString('base64url')}`
    },
    verify(token) {
      const known = verified.get(token)
      if (known !== undefined) return known.exp * 1_000 > nowMs() ? pass(known.claims) : expired
      const [head, body, tail, ...more] = token.split('.')
      if (body === undefined || tail === undefined || more.length > 0) return invalid('its form')
      if (head !== header) return invalid('its header')
      // Compared as bytes: the last letter of base64 has spare bits, and the bytes do not show
      // them.
      const given = Buffer.from(tail, 'base64url')
      const right = signatureOf(`${head}.${body}`)
      const isSigned = given.length === right.length && timingSafeEqual(given, right)
      if (!isSigned || given.toString('base64url') !== tail) return invalid('its signature')
      const parsed = Payload.safeParse(decode(body))
      if (!parsed.success) return invalid('its claims')
      const { iss, aud, sub, role, exp } = parsed.data
      if (iss !== issuer || aud !== audience) return invalid('made by or for another coordinator')
      if (exp * 1_000 <= nowMs()) return expired
      const claims = { accountId: sub, role }
      remember(token, { claims, exp })
      return pass(claims)
    },
  }
}

function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}

function decode(text: string): unknown {
  try {
    return JSON.parse(Buffer.from(text, 'base64url').toString('utf8'))
  } catch {
    return null
  }
}

const expired = invalid('expired')

function invalid(why: string) {
  return refuse('UNAUTHENTICATED', `the access token is not valid: ${why}`)
}
