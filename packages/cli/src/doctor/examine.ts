import type { Check, Examination, Finding, Verdict } from './check.ts'

export interface Fixed {
  readonly check: string
  readonly change: string
}

/** Runs checks side by side. One that fails itself is a finding too. */
export async function examine(
  checks: readonly Check[],
  examination: Examination,
  finished: (check: string) => void = () => {},
): Promise<readonly Finding[]> {
  return Promise.all(
    checks.map(async (check) => {
      const verdict = await runGuarded(check, examination)
      finished(check.name)
      return { check: check.name, ...verdict }
    }),
  )
}

/** Lets every check with a fix repair what it found, one after the other. */
export async function repair(
  checks: readonly Check[],
  findings: readonly Finding[],
  examination: Examination,
  failed: (check: string, message: string) => void,
): Promise<readonly Fixed[]> {
  const fixed: Fixed[] = []
  for (const { name, fix } of checks) {
    const isSound = findings.some(({ check, status }) => check === name && status === 'ok')
    if (fix === undefined || isSound) continue
    try {
      for (const change of await fix(examination)) fixed.push({ check: name, change })
    } catch (error) {
      failed(name, (error as Error).message) // the finding stays, and says what is still wrong
    }
  }
  return fixed
}

async function runGuarded(check: Check, examination: Examination): Promise<Verdict> {
  try {
    return await check.run(examination)
  } catch (error) {
    if (examination.signal.aborted) throw examination.signal.reason
    return {
      status: 'unknown',
      summary: `this check could not be made: ${(error as Error).message}`,
      hint: 'Run it again with --debug; if it fails again, report what it prints.',
      figures: {},
    }
  }
}
