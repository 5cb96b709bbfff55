import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { count, field, items, named, numberIn, positive, within } from './plausible.ts'

test.each(['', '  ', 'unknown', 'Unknown', '-', 'N/A', '[N/A]', 'None', 'To Be Filled By O.E.M.'])(
  'the placeholder "%s" names nothing',
  (text) => {
    expect(named(text)).toBeNull()
  },
)

test('a name is kept, without what would move the cursor of a terminal', () => {
  expect(named(' Intel® Core™ i7 ')).toBe('Intel® Core™ i7')
  expect(named('GPU\u001b[2J\nX')).toBe('GPU [2J X')
})

test.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY, '5', null, undefined])(
  '%s is not a positive reading',
  (value) => {
    expect(positive(value, 1000)).toBeNull()
  },
)

test('a count is whole', () => {
  expect(count(2.5, 10)).toBeNull()
  expect(count(2, 10)).toBe(2)
})

test('bounds are included, and what lies outside is no reading', () => {
  expect([within(0, 0, 5), within(5, 0, 5), within(5.1, 0, 5)]).toEqual([0, 5, null])
})

test('a number in a kernel file is all that it holds', () => {
  expect(numberIn(' 42000\n')).toBe(42_000)
  expect(numberIn('max')).toBeNull()
  expect(numberIn('12 apples')).toBeNull()
  expect(numberIn(null)).toBeNull()
})

test('whatever comes, a reading is within its bounds or null, and nothing throws', () => {
  fc.assert(
    fc.property(fc.anything(), (value) => {
      for (const reading of [positive(value, 10), count(value, 10), within(value, 0, 10)]) {
        expect(reading === null || (reading >= 0 && reading <= 10)).toBe(true)
      }
      expect(named(value)).not.toBe('')
      expect(items(field(value, 'controllers'))).toBeInstanceOf(Array)
    }),
  )
})
