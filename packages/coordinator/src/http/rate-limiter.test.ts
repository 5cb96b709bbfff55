import { describe, expect, test } from 'vitest'
import { manualClock } from '../testing/manual-clock.ts'
import { rateAddress } from './guard.ts'
import { createRateLimiter, standardRates } from './rate-limiter.ts'

function limiterAt(bucketsMax = 100) {
  const clock = manualClock()
  const limiter = createRateLimiter({ rates: standardRates, bucketsMax, nowMs: clock.nowMs })
  return { clock, limiter }
}

describe('a bucket', () => {
  test('has so many at once, then so many a minute', () => {
    const { clock, limiter } = limiterAt()
    const take = () => limiter.take('auth', 'ana')
    expect([take(), take(), take()]).toEqual([0, 0, 0])
    expect(take()).toBe(6)
    clock.advance(5_999)
    expect(take()).toBe(1)
    clock.advance(1)
    expect(take()).toBe(0)
    expect(take()).toBe(6)
    clock.advance(3_600_000)
    expect([take(), take(), take()]).toEqual([0, 0, 0])
    expect(take()).toBe(6)
  })

  test('is of one class and one caller', () => {
    const { limiter } = limiterAt()
    for (let n = 0; n < 3; n += 1) limiter.take('auth', 'ana')
    expect(limiter.take('auth', 'ben')).toBe(0)
    expect(limiter.take('proofs', 'ana')).toBe(0)
    expect(limiter.take('auth', 'ana')).toBeGreaterThan(0)
  })

  test('may be made larger or smaller for one caller', () => {
    const { limiter } = limiterAt()
    limiter.override('auth', 'ana', { perMinute: 60, burst: 1 })
    expect(limiter.take('auth', 'ana')).toBe(0)
    expect(limiter.take('auth', 'ana')).toBe(1)
  })

  test('loses nothing when the clock is set back', () => {
    const { clock, limiter } = limiterAt()
    limiter.take('auth', 'ana')
    clock.advance(-60_000)
    expect([limiter.take('auth', 'ana'), limiter.take('auth', 'ana')]).toEqual([0, 0])
  })
})

test('however many callers there are, the table stays bounded and the busy stay in it', () => {
  const { limiter } = limiterAt(10)
  for (let n = 0; n < 3; n += 1) limiter.take('auth', 'busy')
  for (let n = 0; n < 1_000; n += 1) {
    limiter.take('auth', `passer-by ${n}`)
    expect(limiter.take('auth', 'busy')).toBeGreaterThan(0)
  }
  expect(limiter.size).toBe(10)
})

test.each([
  ['192.0.2.1', '192.0.2.1'],
  ['::ffff:192.0.2.1', '192.0.2.1'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
  ['2001:DB8:1:2::1', '2001:db8:1:2'],
  ['2001:db8::1', '2001:db8:0:0'],
  ['::1', '0:0:0:0'],
])('the address %s is counted as %s', (address, counted) => {
  expect(rateAddress(address)).toBe(counted)
})
