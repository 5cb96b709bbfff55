// Kills the real coordinator at random moments under load, and says whether anything that it had
// acknowledged was lost.
//   npm run kill-coordinator -- [--times 200] [--per-folder 20] [--json]
// A process that is killed leaves what it wrote to the operating system; that what was synced
// outlives a power cut is the promise of the disk, and not shown here.
import { parseArgs } from 'node:util'
import { killAndCheck, type Report } from './campaign.ts'

const { values } = parseArgs({
  options: {
    times: { type: 'string', default: '200' },
    'per-folder': { type: 'string', default: '20' },
    json: { type: 'boolean', default: false },
  },
})
const began = performance.now()

function seconds(): number {
  return Math.round((performance.now() - began) / 100) / 10
}

function textOf({ kills, killsWhileStarting, tasks, nodes, entriesChecked }: Report): string {
  const starting = `${killsWhileStarting} of them while it started`
  const checked = `${entriesChecked} entries verified`
  const acknowledged = `${tasks} tasks and ${nodes} nodes acknowledged`
  return `${kills} kills (${starting}), ${acknowledged}, ${checked}, ${seconds()} s`
}

const report = await killAndCheck({
  times: Number(values.times),
  timesPerFolder: Number(values['per-folder']),
  loadMsMax: 700,
  progress: (so) => void process.stderr.write(`${textOf(so)}\n`),
})
const verdict = report.losses.length === 0 ? 'nothing was lost' : report.losses.join('\n')
const text = values.json
  ? JSON.stringify({ ...report, seconds: seconds() }, null, 2)
  : `${textOf(report)}\n${verdict}`
process.stdout.write(`${text}\n`)
process.exitCode = report.losses.length === 0 ? 0 : 1
