import { expect, test } from 'vitest'
import { gauge } from './gauge.ts'
import { sparkline } from './sparkline.ts'

test('a sparkline has the scale that it is given, the newest at the right', () => {
  const scale = { min: 0, max: 100, columns: 6 }
  expect(sparkline([0, 50, 99, 100, 400], scale)).toBe(' ▁▅███')
  expect(sparkline([1, 2, 1, 2, 1, 2, 1], scale)).toBe('▁▁▁▁▁▁')
})

test('what was not known is a gap in a sparkline', () => {
  expect(sparkline([0, null, Number.NaN, 100], { min: 0, max: 100, columns: 4 })).toBe('▁  █')
  expect(sparkline([1], { min: 0, max: 1, columns: 0 })).toBe('')
})

test('a gauge is as full as what it shows, and dotted where nobody knows', () => {
  expect(gauge(0, 4)).toBe('░░░░')
  expect(gauge(50, 4)).toBe('██░░')
  expect(gauge(55, 4)).toBe('██▎░')
  expect(gauge(130, 4)).toBe('████')
  expect(gauge(null, 4)).toBe('····')
})
