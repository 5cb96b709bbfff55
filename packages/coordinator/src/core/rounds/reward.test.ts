import { describe, expect, test } from 'vitest'
import { earnedOf, pointsFor, sharesOf } from './reward.ts'

describe('points', () => {
  test('are 10 (1 + accuracy / 2), in millionths, by what was measured', () => {
    expect(pointsFor([0, 1, 0.5, null])).toEqual([10_000_000, 15_000_000, 12_500_000, 10_000_000])
  })

  test('of one round come to 1000 at most, shared as they would have been', () => {
    const points = pointsFor(Array.from({ length: 200 }, (_, at) => (at % 2 === 0 ? 1 : 0)))
    expect(points.reduce((sum, each) => sum + each, 0)).toBe(1_000_000_000)
    expect(points[2]! / points[1]!).toBeCloseTo(1.5, 6)
  })
})

describe('shares', () => {
  test('come to the whole amount, and the first takes what does not divide', () => {
    expect(sharesOf(100, [1, 1, 1])).toEqual([34, 33, 33])
    expect(sharesOf(10, [0, 5, 5])).toEqual([0, 5, 5])
    expect(sharesOf(11, [0, 5, 5])).toEqual([0, 6, 5])
  })

  test('are exact where doubles are not', () => {
    const amount = Number.MAX_SAFE_INTEGER
    const shares = sharesOf(amount, [15_000_000_000, 10_000_000_001, 7])
    expect(shares.reduce((sum, each) => sum + BigInt(each), 0n)).toBe(BigInt(amount))
  })

  test('of nobody are nothing', () => {
    expect(sharesOf(10, [0, 0])).toEqual([0, 0])
    expect(sharesOf(10, [])).toEqual([])
  })
})

test('a training that ends early has earned the rounds that it did, rounded down', () => {
  expect(earnedOf(100, 1, 3)).toBe(33)
  expect(earnedOf(100, 3, 3)).toBe(100)
})
