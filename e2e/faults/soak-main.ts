// A network at work for long while nodes come and go, and what its processes hold of memory:
//   npm run soak -- [--minutes 30] [--seed n] [--per-second 20] [--json]
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { removeFolder } from '../network/network.ts'
import { type Flatness, type Sample, soak } from './soak.ts'

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '30' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    'per-second': { type: 'string', default: '20' },
    json: { type: 'boolean', default: false },
  },
})

/** A line a minute, so that one sees it grow or not. */
const everySeconds = 60
let toldSeconds = -everySeconds

function tell({ seconds, tasks, mb }: Sample): void {
  if (seconds - toldSeconds < everySeconds) return
  toldSeconds = seconds
  const held = Object.entries(mb).map(([name, each]) => `${name} ${each} MB`)
  process.stderr.write(`${seconds} s, ${tasks} tasks: ${held.join(', ')}\n`)
}

function textOf({ name, earlyMb, lateMb, isFlat: is }: Flatness): string {
  const verdict = is ? 'flat' : 'GROWS'
  return `${name}: ${earlyMb} MB in the second quarter, ${lateMb} MB in the last: ${verdict}`
}

const folder = mkdtempSync(join(tmpdir(), 'vcp-soak-'))
const seed = Number(values.seed)
const report = await soak({
  folder,
  seed,
  minutes: Number(values.minutes),
  perSecond: Number(values['per-second']),
  progress: tell,
})
const { acknowledged, verified, failed, churned, flatness, faults } = report
const isFlat = flatness.every((each) => each.isFlat)
const lines = [
  `seed ${seed}: ${verified} verified and ${failed} failed of ${acknowledged} tasks`,
  `nodes that were killed, stopped or badly connected: ${churned}`,
  ...flatness.map(textOf),
  faults.length === 0 ? 'all holds' : faults.join('\n'),
]
process.stdout.write(`${values.json ? JSON.stringify(report, null, 2) : lines.join('\n')}\n`)
// Where something is wrong, the folder is the evidence.
if (faults.length === 0) removeFolder(folder)
else process.stderr.write(`the folder is ${folder}\n`)
process.exitCode = faults.length === 0 && isFlat ? 0 : 1
