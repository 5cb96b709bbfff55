import fc from 'fast-check'
import { expect, test } from 'vitest'
import { scaleOver } from './scale.ts'

test.each([
  [[0, 1], 6, ['0.0', '0.2', '0.4', '0.6', '0.8', '1.0']],
  [[0.03, 2.31], 4, ['0', '1', '2', '3']],
  [[97, 103], 4, ['95', '100', '105']],
  [[5, 5], 4, ['2', '4', '6', '8']],
  [[0, 0], 3, ['-0.5', '0.0', '0.5']],
  [[-3, 12], 4, ['-10', '0', '10', '20']],
])('over %j with at most %i ticks the labels are %j', (values, ticksMax, labels) => {
  const scale = scaleOver(values, ticksMax)
  const shown = scale.ticks.map((tick) => scale.label(tick))
  expect(shown.length).toBeLessThanOrEqual(ticksMax)
  expect(shown).toEqual(labels)
})

test('a scale holds every value, and its labels rise', () => {
  const values = fc.array(fc.double({ min: -1e15, max: 1e15, noNaN: true }), { minLength: 1 })
  fc.assert(
    fc.property(values, fc.integer({ min: 2, max: 20 }), (given, ticksMax) => {
      const { min, max, ticks } = scaleOver(given, ticksMax)
      const slack = 1e-6 * (max - min)
      expect(min - slack).toBeLessThanOrEqual(Math.min(...given))
      expect(max + slack).toBeGreaterThanOrEqual(Math.max(...given))
      expect(ticks.length).toBeLessThanOrEqual(Math.max(3, ticksMax))
      for (const [i, tick] of ticks.slice(1).entries()) expect(tick).toBeGreaterThan(ticks[i]!)
    }),
  )
})
