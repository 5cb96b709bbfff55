// What runs after `npm ci` in a clean clone (.ci/run): every check, then what the README promises,
// on the Node of PATH here and in a second clone on Node 24 alone. It ends in one closing line.
import { execFileSync } from 'node:child_process'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { installBrowser } from './steps/browser.ts'
import { cloneFor } from './steps/clone.ts'
import { runCommand } from './steps/command.ts'
import { closingLine, counts, readClosingLine, sum } from './steps/counts.ts'
import { cpuMs } from './steps/cpu.ts'
import { failuresIn } from './steps/failures.ts'
import { readmeAfterTests, runLines, runReadme } from './steps/readme.ts'
import { type StepResult, tableOf } from './steps/table.ts'
import { installTmux } from './steps/tmux.ts'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const installed: StepResult = {
  name: 'npm ci',
  counts: counts(1, 0),
  seconds: 0,
  note: 'before us',
}

await installBrowser()
await installTmux()
const results = [installed, await check(), ...(await commandsHere()), ...(await commandsInClone())]
await printCpu()

const total = sum(results.map((result) => result.counts))
for (const { name, failures } of results) {
  if (failures !== undefined) console.log(`\n--- failed: ${name}\n${failures}`)
}
console.log(`\n${tableOf(results)}\n`)
console.log('counted: each test and check of `npm run check`, and each other step above as one')
if (total.skipped > 0) console.log(`${total.skipped} tests were skipped; their reasons are above`)
console.log(closingLine({ ...total, skipped: 0 }))
process.exitCode = total.failed === 0 ? 0 : 1

async function check(): Promise<StepResult> {
  console.log('\n--- npm run check')
  const ran = await runCommand('npm', ['run', 'check'], { cwd: root, output: 'both' })
  const said = readClosingLine(ran.output) ?? counts(0, 0)
  const unsaid = ran.exitCode !== 0 && said.failed === 0 ? 1 : 0
  return {
    name: 'npm run check',
    counts: sum([said, counts(0, unsaid)]),
    seconds: ran.seconds,
    note: closingLine(said),
    ...(ran.exitCode === 0 ? {} : { failures: failuresIn(ran.output) }),
  }
}

function commandsHere(): Promise<StepResult[]> {
  const lines = [
    'npx vcp --help',
    'npx vcp dev --demo',
    'npm run test:browser',
    'npm run fuzz -- --seconds 60',
  ]
  return runLines(lines, { cwd: root, env: process.env, label: `here, Node ${pathNode()}` })
}

function pathNode(): string {
  return execFileSync('node', ['--version'], { encoding: 'utf8' }).trim()
}

async function commandsInClone(): Promise<StepResult[]> {
  try {
    const clone = cloneFor(24)
    const ran = await runReadme(clone, readmeAfterTests)
    clone.remove()
    return ran
  } catch (error) {
    const note = error instanceof Error ? error.message : String(error)
    return [{ name: 'clone, Node 24', counts: counts(0, 1), seconds: 0, note }]
  }
}

/** For the record only: time depends on the machine, so nothing is asserted about it. */
async function printCpu(): Promise<void> {
  console.log()
  for (const line of ['node_modules/.bin/vcp --help', 'npx vcp --help']) {
    console.log(`${line}: ${await cpuMs(line.split(' '), root)} ms of CPU (median of 5)`)
  }
}
