import { createHmac } from 'node:crypto'
import type { AccountId } from '@vcp/protocol'
import Fastify from 'fastify'
import { describe, expect, test } from 'vitest'
import { manualClock } from '../testing/manual-clock.ts'
import { createAccessTokens } from './access-tokens.ts'

const clock = manualClock()
const options = {
  key: new Uint8Array(32).fill(1),
  issuer: 'https://coordinator.example',
  audience: 'local',
  seconds: 3_600,
  nowMs: clock.nowMs,
}
const tokens = createAccessTokens(options)
const accountId = '019f0000-0000-7000-8000-000000000001' as AccountId
const token = tokens.sign({ accountId, role: 'operator' }, 'token-1')
const [header = '', payload = '', signature = ''] = token.split('.')
const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
const claims = () => JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'))
const refused = expect.objectContaining({ ok: false, code: 'UNAUTHENTICATED' })

describe('an access token', () => {
  test('says who it is for', () => {
    expect(tokens.verify(token)).toEqual({ ok: true, value: { accountId, role: 'operator' } })
    expect(claims()).toMatchObject({ iss: options.issuer, aud: 'local', jti: 'token-1' })
  })

  test('expires', () => {
    const later = manualClock(clock.nowMs())
    const verifier = createAccessTokens({ ...options, nowMs: later.nowMs })
    later.advance(3_599_000)
    expect(verifier.verify(token).ok).toBe(true)
    later.advance(1_000)
    expect(verifier.verify(token)).toEqual(refused)
  })

  test('is worth nothing to another audience, another issuer, another key', () => {
    const others = [
      { audience: 'other' },
      { issuer: 'https://other.example' },
      { key: new Uint8Array(32).fill(2) },
    ]
    for (const other of others) {
      expect(createAccessTokens({ ...options, ...other }).verify(token)).toEqual(refused)
    }
  })

  test.each([
    ['alg none', `${part({ alg: 'none', typ: 'JWT' })}.${payload}.`],
    ['alg none with a signature', `${part({ alg: 'none', typ: 'JWT' })}.${payload}.${signature}`],
    ['another algorithm', `${part({ alg: 'HS512', typ: 'JWT' })}.${payload}.${signature}`],
    ['its header spelt otherwise', `${part({ typ: 'JWT', alg: 'HS256' })}.${payload}.${signature}`],
    ['a promoted role', `${header}.${part({ ...claims(), role: 'admin' })}.${signature}`],
    ['no signature', `${header}.${payload}.`],
    ['half a signature', `${header}.${payload}.${signature.slice(0, 20)}`],
    ['padding', `${token}=`],
    ['a fourth part', `${token}.${payload}`],
    ['two parts', `${header}.${payload}`],
    ['nothing in it', ''],
    ['only dots', '..'],
  ])('with %s is refused', (_, forged) => {
    expect(tokens.verify(forged)).toEqual(refused)
  })

  test.each([
    { alg: 'HS256', typ: 'JWT', kid: '1' },
    { alg: 'HS256', typ: 'JWT', crit: ['exp'] },
    { alg: 'none', typ: 'JWT' },
  ])('with the header %j is refused, even under our own signature', (other) => {
    const text = `${part(other)}.${payload}`
    const signed = createHmac('sha256', options.key).update(text).digest('base64url')
    expect(tokens.verify(`${text}.${signed}`)).toEqual(refused)
  })

  test('is refused with any one letter changed', () => {
    for (let at = 0; at < token.length; at += 1) {
      const changed = token.slice(0, at) + (token[at] === 'A' ? 'B' : 'A') + token.slice(at + 1)
      expect(tokens.verify(changed)).toEqual(refused)
    }
  })

  test('is taken by another implementation of JWT, and the other way round', async () => {
    const { default: jwt } = await import('@fastify/jwt')
    const app = Fastify()
    await app.register(jwt, { secret: Buffer.from(options.key) })
    const clockTimestamp = clock.nowMs()
    const read = app.jwt.verify(token, { algorithms: ['HS256'], clockTimestamp })
    expect(read).toEqual(claims())
    const theirs = app.jwt.sign(claims(), { algorithm: 'HS256' })
    expect(tokens.verify(theirs)).toEqual({ ok: true, value: { accountId, role: 'operator' } })
  })
})
