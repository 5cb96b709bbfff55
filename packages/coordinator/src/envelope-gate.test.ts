import { limits } from '@vcp/protocol'
import { describe, expect, test } from 'vitest'
import { telemetry } from './core/testing/samples.ts'
import { createEnvelopeGate } from './envelope-gate.ts'
import { manualClock } from './testing/manual-clock.ts'
import { signedNode } from './testing/signed-node.ts'

const node = signedNode(61)

describe('the gate of signed messages', () => {
  test('lets a message through once, for as long as it is fresh', () => {
    const clock = manualClock()
    const gate = createEnvelopeGate(clock)
    const message = node.sign('heartbeat', telemetry, clock.nowMs())
    expect(gate.open('heartbeat', message)).toMatchObject({ ok: true })
    const endMs = limits.messageFreshnessMs + limits.messageClockSkewMs
    for (let passedMs = 0; passedMs <= endMs; passedMs += 10_000) {
      expect(gate.open('heartbeat', message)).toMatchObject({ code: 'MESSAGE_REPLAYED' })
      clock.advance(10_000)
    }
    expect(gate.open('heartbeat', message)).toMatchObject({ code: 'MESSAGE_STALE' })
  })

  test('remembers a message from a clock that runs ahead until it is stale too', () => {
    const clock = manualClock()
    const gate = createEnvelopeGate(clock)
    const ahead = clock.nowMs() + limits.messageClockSkewMs
    const message = node.sign('heartbeat', telemetry, ahead)
    expect(gate.open('heartbeat', message)).toMatchObject({ ok: true })
    clock.advance(limits.messageFreshnessMs + 2 * limits.messageClockSkewMs)
    expect(gate.open('heartbeat', message)).toMatchObject({ ok: false })
  })

  test('refuses a message of another type, and one that was changed', () => {
    const clock = manualClock()
    const gate = createEnvelopeGate(clock)
    const message = node.sign('heartbeat', telemetry, clock.nowMs())
    expect(gate.open('progress', message)).toMatchObject({ ok: false })
    const changed = { ...message, payload: { ...telemetry, latency_ms: 1 } }
    expect(gate.open('heartbeat', changed)).toMatchObject({ code: 'SIGNATURE_INVALID' })
  })

  test('rather refuses than forgets what could come again', () => {
    const clock = manualClock()
    const gate = createEnvelopeGate({ ...clock, seenMax: 2 })
    const send = () => gate.open('heartbeat', node.sign('heartbeat', telemetry, clock.nowMs()))
    expect([send().ok, send().ok, send().ok]).toEqual([true, true, false])
    clock.advance(100_000)
    expect(send().ok).toBe(true)
  })
})
