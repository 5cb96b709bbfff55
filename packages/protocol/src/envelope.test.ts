import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decodeCanonical, encodeCanonical } from './canonical.ts'
import {
  checkFreshness,
  type MessageType,
  openEnvelope,
  payloadSchemas,
  signMessage,
} from './envelope.ts'
import type { Nonce } from './ids.ts'
import { limits } from './limits.ts'
import { hostile } from './testing/arbitraries.ts'
import { propertyRuns } from './testing/property.ts'
import { ana, atMs, ben, nonce, receipt, telemetry } from './testing/samples.ts'

const signed = signMessage('receipt', receipt, ana, { nonce, atMs })

describe('a signed message', () => {
  test('opens where it is expected', () => {
    expect(openEnvelope('receipt', signed)).toEqual({ ok: true, value: signed })
  })

  test('survives both of its encodings', () => {
    expect(openEnvelope('receipt', JSON.parse(JSON.stringify(signed))).ok).toBe(true)
    const decoded = decodeCanonical(encodeCanonical(signed))
    expect(decoded.ok && openEnvelope('receipt', decoded.value).ok).toBe(true)
  })

  test.each([
    ['another signer', { peer_id: ben.peerId }],
    ['another nonce', { nonce: 'ff'.repeat(16) }],
    ['another time', { at_ms: atMs + 1 }],
    ['another output', { payload: { ...receipt, output_bytes: 7 } }],
    ['another task', { payload: { ...receipt, task_id: `${receipt.task_id.slice(0, -1)}9` } }],
    [
      'a signature by another key',
      { signature: signMessage('receipt', receipt, ben, { nonce, atMs }).signature },
    ],
    [
      'a changed signature',
      {
        signature:
          `${signed.signature.slice(0, -1)}0` === signed.signature
            ? `${signed.signature.slice(0, -1)}1`
            : `${signed.signature.slice(0, -1)}0`,
      },
    ],
  ])('does not verify with %s', (_, change) => {
    expect(openEnvelope('receipt', { ...signed, ...change })).toMatchObject({
      ok: false,
      code: 'SIGNATURE_INVALID',
    })
  })

  test('of one type is not taken for another', () => {
    const heartbeat = signMessage('heartbeat', telemetry, ana, { nonce, atMs })
    expect(openEnvelope('receipt', heartbeat)).toMatchObject({ ok: false, code: 'INVALID' })
    expect(openEnvelope('receipt', { ...heartbeat, type: 'receipt' }).ok).toBe(false)
    expect(openEnvelope('heartbeat', { ...heartbeat, type: 'heartbeat' }).ok).toBe(true)
  })

  test('with a field that the schema does not know is refused, not stripped', () => {
    expect(openEnvelope('receipt', { ...signed, extra: 1 })).toMatchObject({ code: 'INVALID' })
    const payload = { ...receipt, extra: 1 }
    expect(openEnvelope('receipt', { ...signed, payload })).toMatchObject({ code: 'INVALID' })
  })

  test('is fresh within its window and the skew of clocks, and not outside', () => {
    const { messageFreshnessMs: window, messageClockSkewMs: skew } = limits
    expect(checkFreshness(signed, atMs).ok).toBe(true)
    expect(checkFreshness(signed, atMs + window + skew).ok).toBe(true)
    expect(checkFreshness(signed, atMs + window + skew + 1)).toMatchObject({
      code: 'MESSAGE_STALE',
    })
    expect(checkFreshness(signed, atMs - skew).ok).toBe(true)
    expect(checkFreshness(signed, atMs - skew - 1)).toMatchObject({ code: 'MESSAGE_FROM_FUTURE' })
  })

  test('opens only with exactly what was signed, whatever is changed', () => {
    const fieldNames = Object.keys(receipt) as (keyof typeof receipt)[]
    fc.assert(
      fc.property(fc.constantFrom(...fieldNames), hostile, (field, value) => {
        const payload = { ...receipt, [field]: value }
        const opened = openEnvelope('receipt', { ...signed, payload })
        if (opened.ok) expect(opened.value.payload).toEqual(receipt)
      }),
      { numRuns: propertyRuns },
    )
  })

  test('signs and opens for any nonce and time', () => {
    const stamp = fc.record({
      nonce: fc
        .uint8Array({ minLength: 16, maxLength: 16 })
        .map((bytes) => Buffer.from(bytes).toString('hex') as Nonce),
      atMs: fc.nat({ max: 8_640_000_000_000_000 }),
    })
    fc.assert(
      fc.property(stamp, (given) => {
        expect(openEnvelope('heartbeat', signMessage('heartbeat', telemetry, ana, given)).ok).toBe(
          true,
        )
      }),
      { numRuns: propertyRuns },
    )
  })

  test.each(Object.keys(payloadSchemas) as MessageType[])(
    '%s: garbage is refused, never thrown',
    (type) => {
      fc.assert(
        fc.property(hostile, (value) => {
          expect(openEnvelope(type, value).ok).toBe(false)
          expect(openEnvelope(type, { ...signed, type, payload: value }).ok).toBe(false)
        }),
        { numRuns: propertyRuns },
      )
    },
  )
})
