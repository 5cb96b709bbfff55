import { describe, expect, test } from 'vitest'
import { failuresIn } from './failures.ts'

const rule = '⎯'.repeat(7)

describe('the failures in an output', () => {
  test('are what vitest reports of them, without colours', () => {
    const output = [
      ' ✓ a.test.ts (3 tests)',
      `\u001b[31m${rule}\u001b[39m Failed Tests 1 ${rule}`,
      ' FAIL  b.test.ts > a thing > holds',
      'AssertionError: expected 1 to be 2',
      '',
      ' Test Files  1 failed',
      '      Tests  1 failed',
    ].join('\n')
    expect(failuresIn(output)).toBe(
      [
        `${rule} Failed Tests 1 ${rule}`,
        ' FAIL  b.test.ts > a thing > holds',
        'AssertionError: expected 1 to be 2',
      ].join('\n'),
    )
  })

  test('are cut where they would fill the page', () => {
    const output = `${rule} Failed Suites 1 ${rule}\n${'x'.repeat(100_000)}`
    expect(failuresIn(output).length).toBeLessThan(6_100)
  })

  test('are the last lines where vitest says nothing', () => {
    const lines = Array.from({ length: 100 }, (_, index) => `line ${index}`)
    expect(failuresIn(`${lines.join('\n')}\n`)).toBe(lines.slice(60).join('\n'))
  })
})
