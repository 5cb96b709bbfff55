// A coordinator and nodes as processes, harmed at random moments under load, and examined after
// each phase: docs/faults.md says for what.
//   npm run faults -- [--seconds 120] [--seed n] [--nodes 4] [--per-second 20] [--json]
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { removeFolder } from '../network/network.ts'
import { runCampaign, textOf } from './campaign.ts'

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '120' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    nodes: { type: 'string', default: '4' },
    'per-second': { type: 'string', default: '20' },
    json: { type: 'boolean', default: false },
  },
})
const folder = mkdtempSync(join(tmpdir(), 'vcp-faults-'))
const report = await runCampaign({
  folder,
  seed: Number(values.seed),
  seconds: Number(values.seconds),
  nodes: Number(values.nodes),
  perSecond: Number(values['per-second']),
  progress: (text) => void process.stderr.write(`${text}\n`),
})
// Where something is wrong, the folder is the evidence.
if (report.faults.length === 0) removeFolder(folder)
else report.faults.push(`the folder is ${folder}`)
const harm = Object.entries(report.harm).map(([what, times]) => `${what} ${times}`)
const text = `seed ${report.seed}, ${report.phases} phases: ${harm.join(', ')}\n${textOf(report)}`
process.stdout.write(`${values.json ? JSON.stringify(report, null, 2) : text}\n`)
process.exitCode = report.faults.length === 0 ? 0 : 1
