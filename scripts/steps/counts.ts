/** How many checks came out which way. */
export interface Counts {
  readonly passed: number
  readonly failed: number
  readonly skipped: number
}

export function counts(passed: number, failed: number, skipped = 0): Counts {
  return { passed, failed, skipped }
}

export function sum(all: readonly Counts[]): Counts {
  return all.reduce(
    (a, b) => counts(a.passed + b.passed, a.failed + b.failed, a.skipped + b.skipped),
    counts(0, 0),
  )
}

/** `12 passed, 0 failed`, and `, 3 skipped` where some were. */
export function closingLine({ passed, failed, skipped }: Counts): string {
  return `${passed} passed, ${failed} failed${skipped === 0 ? '' : `, ${skipped} skipped`}`
}

/** The counts that a program closed its output with, or null when it did not get that far. */
export function readClosingLine(output: string): Counts | null {
  const last = output.trimEnd().split('\n').at(-1) ?? ''
  const found = /^(\d+) passed, (\d+) failed(?:, (\d+) skipped)?$/.exec(last)
  return found === null ? null : counts(Number(found[1]), Number(found[2]), Number(found[3] ?? 0))
}
