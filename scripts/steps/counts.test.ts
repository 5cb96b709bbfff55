import { describe, expect, test } from 'vitest'
import { closingLine, counts, readClosingLine, sum } from './counts.ts'

describe('counts', () => {
  test('add up', () => {
    expect(sum([counts(1, 2, 3), counts(10, 20), counts(0, 0, 1)])).toEqual(counts(11, 22, 4))
  })

  test('of nothing are zero', () => {
    expect(sum([])).toEqual(counts(0, 0))
  })
})

describe('a closing line', () => {
  test('names what was skipped only where something was', () => {
    expect(closingLine(counts(12, 0))).toBe('12 passed, 0 failed')
    expect(closingLine(counts(12, 1, 3))).toBe('12 passed, 1 failed, 3 skipped')
  })

  test.each([counts(0, 1), counts(312, 0), counts(9, 8, 7)])('is read back as %o', (given) => {
    expect(readClosingLine(`talk\n\n${closingLine(given)}\n`)).toEqual(given)
  })

  test.each([
    '',
    '12 passed',
    '12 passed, 0 failed\nmore',
    'so 12 passed, 0 failed',
    '1 passed, x failed',
  ])('is not seen in %j', (output) => {
    expect(readClosingLine(output)).toBeNull()
  })
})
