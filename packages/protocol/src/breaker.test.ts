import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  admits,
  type Breaker,
  type BreakerReading,
  closedBreaker,
  defaultBreakerPolicy,
  describeTrip,
  probeEnded,
  readBreaker,
} from './breaker.ts'
import { propertyRuns } from './testing/property.ts'

const well = { temperatureC: 50, latencyMs: 20, consecutiveErrors: 0 }

/** The breaker after readings, a second apart. */
function after(start: Breaker, ...readings: readonly Partial<BreakerReading>[]): Breaker {
  return readings.reduce<Breaker>(
    (breaker, reading, i) => readBreaker(breaker, { ...well, atMs: 1_000 * (i + 1), ...reading }),
    start,
  )
}

describe('a circuit breaker', () => {
  test.each([
    [{ temperatureC: 85 }, 'closed'],
    [{ temperatureC: 85.1 }, 'open'],
    [{ latencyMs: 100 }, 'closed'],
    [{ latencyMs: 100.1 }, 'open'],
    [{ consecutiveErrors: 24 }, 'closed'],
    [{ consecutiveErrors: 25 }, 'open'],
    [{ temperatureC: null, latencyMs: null }, 'closed'],
  ])('after the reading %j is %s', (reading, state) => {
    expect(after(closedBreaker(0), reading).state).toBe(state)
  })

  test('says what tripped it, and keeps the first reason', () => {
    const open = after(closedBreaker(0), { temperatureC: 91 }, { latencyMs: 300 })
    expect(open.reason).toEqual({ cause: 'temperature', measured: 91, limit: 85 })
    expect(describeTrip(open.reason!)).toBe('temperature 91 °C is above 85 °C')
    expect(open.sinceMs).toBe(1_000)
  })

  test('rests before it tries again', () => {
    const open = after(closedBreaker(0), { temperatureC: 91 })
    const early = { ...well, atMs: 1_000 + defaultBreakerPolicy.restMs - 1 }
    expect(readBreaker(open, early).state).toBe('open')
    expect(readBreaker(open, { ...early, atMs: early.atMs + 1 }).state).toBe('half_open')
  })

  test('stays open between the two limits, so that it does not flutter', () => {
    const open = after(closedBreaker(0), { temperatureC: 91 })
    const later = { ...well, atMs: 100_000 }
    expect(readBreaker(open, { ...later, temperatureC: 80 }).state).toBe('open')
    expect(readBreaker(open, { ...later, temperatureC: 79.9 }).state).toBe('half_open')
    const slow = after(closedBreaker(0), { latencyMs: 101 })
    expect(readBreaker(slow, { ...later, latencyMs: 80 }).state).toBe('open')
    expect(readBreaker(slow, { ...later, latencyMs: 79 }).state).toBe('half_open')
  })

  test('that heat has opened stays open while the temperature is unknown', () => {
    const open = after(closedBreaker(0), { temperatureC: 91 })
    expect(readBreaker(open, { ...well, temperatureC: null, atMs: 100_000 }).state).toBe('open')
    const slow = after(closedBreaker(0), { latencyMs: 101 })
    expect(readBreaker(slow, { ...well, temperatureC: null, atMs: 100_000 }).state).toBe(
      'half_open',
    )
  })

  test('half-open takes one probe task, and believes its end', () => {
    const halfOpen: Breaker = { ...after(closedBreaker(0), { latencyMs: 101 }), state: 'half_open' }
    expect(admits(halfOpen, 0)).toBe(true)
    expect(admits(halfOpen, 1)).toBe(false)
    expect(probeEnded(halfOpen, true, 7)).toEqual(closedBreaker(7))
    expect(probeEnded(halfOpen, false, 7)).toMatchObject({
      state: 'open',
      sinceMs: 7,
      reason: { cause: 'probe_failed' },
    })
  })

  test('half-open opens at once when a reading is bad', () => {
    const halfOpen: Breaker = { ...closedBreaker(0), state: 'half_open' }
    expect(after(halfOpen, { temperatureC: 90 }).state).toBe('open')
  })

  test('opened by errors gets its probe although the errors still stand', () => {
    const open = after(closedBreaker(0), { consecutiveErrors: 25 })
    const later = { ...well, consecutiveErrors: 25, atMs: 100_000 }
    const halfOpen = readBreaker(open, later)
    expect(halfOpen.state).toBe('half_open')
    expect(readBreaker(halfOpen, { ...later, atMs: 101_000 }).state).toBe('half_open')
  })

  test('ignores the end of a task that was no probe', () => {
    expect(probeEnded(closedBreaker(3), false, 9)).toEqual(closedBreaker(3))
  })

  test('never closes without a probe, and never admits a task while open', () => {
    const reading = fc.record({
      temperatureC: fc.option(fc.double({ min: 0, max: 120, noNaN: true })),
      latencyMs: fc.option(fc.double({ min: 0, max: 500, noNaN: true })),
      consecutiveErrors: fc.nat({ max: 40 }),
    })
    fc.assert(
      fc.property(fc.array(reading, { maxLength: 40 }), (readings) => {
        let breaker = closedBreaker(0)
        let atMs = 0
        for (const each of readings) {
          atMs += 10_000
          const next = readBreaker(breaker, { ...each, atMs })
          if (next.state === 'closed') expect(breaker.state).toBe('closed')
          if (next.state === 'half_open') expect(['open', 'half_open']).toContain(breaker.state)
          if (next.state === 'open') expect(admits(next, 0)).toBe(false)
          breaker = next
        }
      }),
      { numRuns: propertyRuns },
    )
  })
})
