import { describe, expect, test } from 'vitest'
import { ana, ben } from './testing/keys.ts'
import { createPeerBuckets } from './token-bucket.ts'

function started() {
  const clock = { nowMs: 1_000 }
  const buckets = createPeerBuckets({ perSecond: 2, burst: 3 }, () => clock.nowMs)
  const takes = (count: number) => Array.from({ length: count }, () => buckets.take(ana.peerId))
  return { clock, buckets, takes }
}

describe('a bucket', () => {
  test('grants its burst, then its rate', () => {
    const { clock, takes } = started()
    expect(takes(4)).toEqual([true, true, true, false])
    clock.nowMs += 1_000
    expect(takes(3)).toEqual([true, true, false])
  })

  test('is each peer’s own', () => {
    const { buckets, takes } = started()
    takes(4)
    expect(buckets.take(ben.peerId)).toBe(true)
  })

  test('grants no more than its burst after a silence, and no less after a clock set back', () => {
    const { clock, takes } = started()
    takes(1)
    clock.nowMs += 3_600_000
    expect(takes(4)).toEqual([true, true, true, false])
    clock.nowMs -= 3_600_000
    expect(takes(1)).toEqual([false])
    clock.nowMs += 500
    expect(takes(2)).toEqual([true, false])
  })
})
