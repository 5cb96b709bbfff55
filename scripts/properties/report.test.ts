import { describe, expect, test } from 'vitest'
import { type PropertyRecord, reportOn } from './report.ts'

function written(...records: Partial<PropertyRecord>[]): string {
  return records
    .map((record) =>
      JSON.stringify({ file: 'a.test.ts', title: 'holds', cases: 100, failed: false, ...record }),
    )
    .join('\n')
}

describe('the report on properties', () => {
  test('counts properties and cases as they were run', () => {
    const report = reportOn(written({}, { cases: 150 }), 100)
    expect(report).toMatchObject({ properties: 2, cases: 250, fewest: 100, short: 0 })
  })

  test('is short of a property that was tried less often than asked', () => {
    const report = reportOn(written({}, { title: 'is slow', cases: 50 }), 100)
    expect(report).toMatchObject({ fewest: 50, short: 1 })
    expect(report.lines).toEqual([
      'a.test.ts: 2 properties, 150 cases, at least 50 each',
      'FEWER after 50 cases: a.test.ts: is slow',
    ])
  })

  test('is short of a property that failed, however often it was tried', () => {
    const report = reportOn(written({ failed: true }), 100)
    expect(report.short).toBe(1)
    expect(report.lines.at(-1)).toBe('FAILED after 100 cases: a.test.ts: holds')
  })

  test('of nothing has no property', () => {
    expect(reportOn('', 100)).toMatchObject({ properties: 0, cases: 0, fewest: 0 })
  })
})
