// Kills processes in the middle of the rounds of a training, and says whether the training came to
// fewer rounds than it was to, or a node gave away more than its ledger says.
//   node scripts/with-node.mjs e2e/kill-training/main.ts
//     [--times 50] [--rounds 10] [--kind fedavg|fedbuff|secure] [--json]
import { parseArgs } from 'node:util'
import { killAndCheck, type Report } from './campaign.ts'
import { kinds } from './small-training.ts'

const { values } = parseArgs({
  options: {
    times: { type: 'string', default: '50' },
    rounds: { type: 'string', default: '10' },
    kind: { type: 'string', default: 'fedavg' },
    json: { type: 'boolean', default: false },
  },
})
const kind = kinds.find((one) => one === values.kind)
if (kind === undefined) throw new Error(`--kind ${values.kind} is none of ${kinds.join(', ')}`)
const began = performance.now()

function textOf({ kills, trainings, rounds, updates }: Report): string {
  const { coordinator, node, training } = kills
  const ofNodes = `${node} of nodes, ${training} of children`
  const killed = `kills: ${coordinator} of the coordinator, ${ofNodes}`
  const seconds = Math.round((performance.now() - began) / 1_000)
  return `${killed}; ${trainings} trainings, ${rounds} rounds, ${updates} updates; ${seconds} s`
}

const report = await killAndCheck({
  times: Number(values.times),
  roundsPerTraining: Number(values.rounds),
  kind,
  pauseMsMax: 4_000,
  progress: (so) => void process.stderr.write(`${textOf(so)}\n`),
})
const verdict = report.losses.length === 0 ? 'nothing was lost' : report.losses.join('\n')
process.stdout.write(
  values.json ? `${JSON.stringify(report, null, 2)}\n` : `${textOf(report)}\n${verdict}\n`,
)
process.exitCode = report.losses.length === 0 ? 0 : 1
