import { describe, expect, test } from 'vitest'
import { counts } from './counts.ts'
import { countTests } from './vitest-report.ts'

function report(...files: { status: string; tests: string[] }[]): string {
  return JSON.stringify({
    testResults: files.map(({ status, tests }) => ({
      status,
      assertionResults: tests.map((each) => ({ status: each })),
    })),
  })
}

describe('the count of tests', () => {
  test('takes every test as it ended', () => {
    const written = report(
      { status: 'passed', tests: ['passed', 'passed', 'skipped', 'todo'] },
      { status: 'failed', tests: ['passed', 'failed'] },
    )
    expect(countTests(written, 1)).toEqual(counts(3, 1, 2))
  })

  test('takes a file that could not be loaded for a failure', () => {
    const written = report(
      { status: 'failed', tests: [] },
      { status: 'failed', tests: ['failed', 'passed'] },
    )
    expect(countTests(written, 1)).toEqual(counts(1, 2))
  })

  test('takes a run that failed beside its tests for a failure', () => {
    expect(countTests(report({ status: 'passed', tests: ['passed'] }), 1)).toEqual(counts(1, 1))
    expect(countTests(null, 1)).toEqual(counts(0, 1))
  })
})
