// Everything that has to hold before a change is merged: `npm run check`. Every step runs, whatever
// came before it. Tests report as they go; the output of another step is shown at the end, when it
// failed.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { removedAtEnd, runCommand } from './steps/command.ts'
import { closingLine, counts, sum } from './steps/counts.ts'
import { type StepResult, tableOf } from './steps/table.ts'
import { countTests } from './steps/vitest-report.ts'

const root = dirname(dirname(fileURLToPath(import.meta.url)))

const checks: Readonly<Record<string, readonly (readonly string[])[]>> = {
  types: [
    ['tsc', '-b'],
    ['tsc', '-p', 'tsconfig.tests.json'],
    ['tsc', '-p', 'packages/web/tsconfig.pages.json'],
  ],
  lint: [['biome', 'ci', '--error-on-warnings', '.']],
  tidy: [['scripts/tidy.ts']],
  docs: [['scripts/docs.ts', '--check']],
}

const results: StepResult[] = []
const complaints: string[] = []
for (const [name, commands] of Object.entries(checks)) results.push(await check(name, commands))
results.push(await tests())

const total = sum(results.map((result) => result.counts))
const { passed, failed } = results.at(-1)!.counts
for (const complaint of complaints) console.log(complaint)
console.log(`\n${tableOf(results)}\n`)
console.log(`counted: ${Object.keys(checks).join(', ')} and ${passed + failed} tests`)
console.log(closingLine(total))
process.exitCode = total.failed === 0 ? 0 : 1

async function check(name: string, commands: readonly (readonly string[])[]): Promise<StepResult> {
  let seconds = 0
  let failed = 0
  for (const command of commands) {
    const ran = await runTool(command, 'kept')
    seconds += ran.seconds
    if (ran.exitCode === 0) continue
    failed = 1
    complaints.push(`\n${name}: ${command.join(' ')} exits with ${ran.exitCode}\n${ran.output}`)
  }
  return { name, counts: counts(1 - failed, failed), seconds }
}

async function tests(): Promise<StepResult> {
  const folder = mkdtempSync(join(tmpdir(), 'vcp-check-'))
  const remove = removedAtEnd(() => rmSync(folder, { recursive: true, force: true }))
  const report = join(folder, 'vitest.json')
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`]
  const ran = await runTool(['vitest', 'run', ...reporters], 'live')
  const result = {
    name: 'tests',
    counts: countTests(readIfThere(report), ran.exitCode),
    seconds: ran.seconds,
  }
  remove()
  return result
}

function runTool(command: readonly string[], output: 'kept' | 'live') {
  const launcher = join(root, 'scripts', 'with-node.mjs')
  return runCommand(process.execPath, [launcher, ...command], { cwd: root, output })
}

function readIfThere(file: string): string | null {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return null
  }
}
