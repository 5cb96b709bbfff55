// What an attacker with a canary finds out, against what the accountant claims.
//   node scripts/with-node.mjs packages/learning/bench/audit.ts [--trials 2000] [--json]
import { parseArgs } from 'node:util'
import { epsilonAtLeast } from '../src/privacy/audit.ts'
import type { Phase } from '../src/privacy/mechanism.ts'
import { pldEpsilon } from '../src/privacy/pld.ts'
import { rdpEpsilon } from '../src/privacy/rdp.ts'
import { canaryScores } from '../src/testing/canary.ts'

const options = {
  trials: { type: 'string', default: '1000' },
  json: { type: 'boolean', default: false },
} as const
const { values } = parseArgs({ options })
const trials = Number(values.trials)
const delta = 1e-5

const phases: readonly Phase[] = [
  { samplingRate: 1, noiseMultiplier: 4, steps: 4 },
  { samplingRate: 1, noiseMultiplier: 1, steps: 1 },
  { samplingRate: 0.5, noiseMultiplier: 1, steps: 4 },
]
const noises = { 'as built': undefined, 'switched off': () => undefined } as const

const rows = []
for (const phase of phases) {
  for (const [noise, addNoise] of Object.entries(noises)) {
    const kept = await canaryScores(true, phase, trials, addNoise)
    const left = await canaryScores(false, phase, trials, addNoise)
    const { epsilon: shown } = epsilonAtLeast(kept, left, delta)
    const claimed = rdpEpsilon([phase], delta).epsilon
    const figure = pldEpsilon([phase], delta)?.epsilon ?? null
    rows.push({ ...phase, noise, trials, delta, shown, claimed, figure, holds: shown <= claimed })
  }
}

if (values.json) console.log(JSON.stringify(rows))
else {
  const line = (...cells: string[]) => cells.map((cell) => cell.padEnd(14)).join('')
  console.log(line('rate', 'noise', 'steps', 'noise is', 'shown', 'claimed', 'PLD', 'claim'))
  for (const row of rows) {
    const { samplingRate, noiseMultiplier, steps, noise, shown, claimed, figure, holds } = row
    const figures = [shown, claimed, figure].map((each) => each?.toFixed(3) ?? 'none')
    const says = holds ? 'stands' : 'is false'
    console.log(line(`${samplingRate}`, `${noiseMultiplier}`, `${steps}`, noise, ...figures, says))
  }
}
