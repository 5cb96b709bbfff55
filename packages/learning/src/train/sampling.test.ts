import { describe, expect, test } from 'vitest'
import { epochSampler, poissonSampler, randomOfSteps } from './sampling.ts'

const seed = 'ab'.repeat(32)

describe('Poisson sampling', () => {
  test('takes each example with the rate, and batches of changing size', () => {
    const sample = poissonSampler(1000, 0.05, randomOfSteps(seed))
    const batches = Array.from({ length: 200 }, (_, step) => sample(step))
    const sizes = batches.map(({ length }) => length)
    const mean = sizes.reduce((sum, size) => sum + size, 0) / sizes.length
    const variance = sizes.reduce((sum, size) => sum + (size - mean) ** 2, 0) / sizes.length
    // 50 and 47.5 expected; five standard errors either way.
    expect(Math.abs(mean - 50)).toBeLessThan(2.5)
    expect(Math.abs(variance - 47.5)).toBeLessThan(24)
    const counts = new Array<number>(1000).fill(0)
    for (const batch of batches) for (const example of batch) counts[example]! += 1
    expect(Math.max(...counts)).toBeLessThan(30)
  })

  test('draws steps independently of each other', () => {
    const sample = poissonSampler(4000, 0.5, randomOfSteps(seed))
    const second = new Set(sample(1))
    const both = sample(0).filter((example) => second.has(example)).length
    expect(Math.abs(both - 1000)).toBeLessThan(150)
  })

  test('gives an empty batch where the rate is small', () => {
    const sample = poissonSampler(10, 1e-6, randomOfSteps(seed))
    expect(sample(0)).toHaveLength(0)
  })

  test('repeats with a seed and does not without', () => {
    const draw = (given: string | null) => poissonSampler(500, 0.5, randomOfSteps(given))(3)
    expect(draw(seed)).toEqual(draw(seed))
    expect(draw(null)).not.toEqual(draw(null))
  })
})

describe('epochs', () => {
  test('take every example once, each in an order of its own', () => {
    const sample = epochSampler(10, 4, seed)
    const batches = Array.from({ length: 6 }, (_, step) => [...sample(step)])
    expect(batches.map(({ length }) => length)).toEqual([4, 4, 2, 4, 4, 2])
    const [first, second] = [batches.slice(0, 3).flat(), batches.slice(3).flat()]
    expect(first.toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
    expect(second.toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
    expect(first).not.toEqual(second)
  })

  test('go on in the middle as if they had never stopped', () => {
    const whole = epochSampler(10, 3, seed)
    const expected = Array.from({ length: 9 }, (_, step) => [...whole(step)])
    const resumed = epochSampler(10, 3, seed)
    expect([5, 6, 7, 8].map((step) => [...resumed(step)])).toEqual(expected.slice(5))
  })
})
