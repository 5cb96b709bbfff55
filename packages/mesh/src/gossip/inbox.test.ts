import { telemetryTopic } from '@vcp/protocol'
import { describe, expect, test } from 'vitest'
import { createConduct } from '../conduct.ts'
import { createCounters } from '../counters.ts'
import { ana, ben, eve } from '../testing/keys.ts'
import { bytesOf, heartbeatBy } from '../testing/messages.ts'
import { rosterOf } from '../testing/roster.ts'
import { createNativeVerify } from '../verify-natively.ts'
import { createInbox, gossipRate } from './inbox.ts'

function opened() {
  const clock = { nowMs: 1_790_000_000_000 }
  const now = () => clock.nowMs
  const counters = createCounters()
  const conduct = createConduct(now, () => undefined)
  const verify = createNativeVerify()
  return {
    clock,
    counters,
    conduct,
    inbox: createInbox({ roster: rosterOf([ana]), now, verify, counters, conduct }),
  }
}

describe('the inbox', () => {
  test('shuns who floods, and nobody else', () => {
    const { inbox, conduct, counters } = opened()
    const admitted = Array.from({ length: gossipRate.burst + 300 }, () => inbox.admits(eve.peerId))
    expect(admitted.filter(Boolean)).toHaveLength(gossipRate.burst)
    expect(counters.read()).toEqual({ 'gossip.drop.flood': 300 })
    expect(conduct.isShunned(eve.peerId)).toBe(true)
    expect(inbox.admits(ben.peerId)).toBe(true)
    expect(conduct.scoreOf(ben.peerId)).toBe(0)
  })

  test('takes a message once for as long as it is fresh, and not after', () => {
    const { clock, inbox } = opened()
    const bytes = bytesOf(heartbeatBy(ana, 1, clock.nowMs))
    const judge = () => inbox.judge(telemetryTopic, bytes).verdict
    expect(judge()).toEqual({ verdict: 'accept' })
    for (const laterMs of [0, 30_000, 39_000]) {
      clock.nowMs += laterMs
      expect(judge()).toMatchObject({ verdict: 'ignore', code: 'MESSAGE_REPLAYED' })
    }
    clock.nowMs += 2_000
    expect(judge()).toMatchObject({ verdict: 'ignore', code: 'MESSAGE_STALE' })
  })

  test('does not remember the nonce of a message that it did not take', () => {
    const { clock, inbox } = opened()
    const early = heartbeatBy(ana, 2, clock.nowMs + 20_000)
    expect(inbox.judge(telemetryTopic, bytesOf(early)).verdict).toMatchObject({
      code: 'MESSAGE_FROM_FUTURE',
    })
    clock.nowMs += 15_000
    expect(inbox.judge(telemetryTopic, bytesOf(early)).message).toEqual(early)
  })
})
