import { type Counts, counts } from './counts.ts'

interface VitestReport {
  readonly testResults: readonly {
    readonly status: string
    readonly assertionResults: readonly { readonly status: string }[]
  }[]
}

/**
 * Counts the tests in what vitest's JSON reporter wrote. A file that could not be loaded is one
 * failure, and so is a run that failed for any reason that no test shows.
 */
export function countTests(report: string | null, exitCode: number): Counts {
  const files = (report === null ? null : (JSON.parse(report) as VitestReport))?.testResults ?? []
  const statuses = files.flatMap((file) => {
    const own = file.assertionResults.map(({ status }) => status)
    return file.status === 'failed' && !own.includes('failed') ? [...own, 'failed'] : own
  })
  const passed = statuses.filter((status) => status === 'passed').length
  const failed = statuses.filter((status) => status === 'failed').length
  const unseen = exitCode !== 0 && failed === 0 ? 1 : 0
  return counts(passed, failed + unseen, statuses.length - passed - failed)
}
