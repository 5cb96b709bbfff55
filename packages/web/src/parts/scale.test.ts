import { describe, expect, test } from 'vitest'
import { niceScale, tickText } from './scale.ts'

describe('a scale', () => {
  test('ends at round numbers that hold all values', () => {
    expect(niceScale(0, 87)).toEqual({ min: 0, max: 100, ticks: [0, 50, 100] })
    expect(niceScale(0.91, 2.3).ticks).toEqual([0.5, 1, 1.5, 2, 2.5])
    const { min, max } = niceScale(-3.2, 7.9)
    expect(min).toBeLessThanOrEqual(-3.2)
    expect(max).toBeGreaterThanOrEqual(7.9)
  })

  test('has room for a value that never changes, and for none but zero', () => {
    for (const value of [0, 5, -0.2]) {
      const { min, max, ticks } = niceScale(value, value)
      expect(max).toBeGreaterThan(min)
      expect(ticks.length).toBeGreaterThan(1)
      expect(ticks.every(Number.isFinite)).toBe(true)
    }
  })

  test('says its ticks in few characters', () => {
    expect(niceScale(0, 0.3).ticks.map(tickText)).toEqual(['0', '0.1', '0.2', '0.3'])
    expect(tickText(1_500_000)).toBe('1.5M')
    expect(tickText(0.00002)).toBe('2e-5')
  })
})
