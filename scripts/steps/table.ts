import type { Counts } from './counts.ts'

/** One step of a longer run, as it ended. */
export interface StepResult {
  readonly name: string
  readonly counts: Counts
  readonly seconds: number
  /** Why it did not pass, or what is worth knowing, in a few words. */
  readonly note?: string
  /** What its output says of its failures. */
  readonly failures?: string
}

/** The steps in columns: name, verdict, seconds, note. */
export function tableOf(results: readonly StepResult[]): string {
  const width = Math.max(...results.map(({ name }) => name.length))
  return results
    .map(({ name, counts, seconds, note = '' }) =>
      [name.padEnd(width), verdict(counts), `${seconds.toFixed(1)} s`.padStart(8), note]
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

function verdict({ passed, failed }: Counts): string {
  if (failed > 0) return 'failed'
  return passed > 0 ? 'passed' : 'not run'
}
