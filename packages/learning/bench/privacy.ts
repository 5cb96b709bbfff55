// What a question to the accountants costs, and noise by the million.
//   node scripts/with-node.mjs packages/learning/bench/privacy.ts [--json]
import { parseArgs } from 'node:util'
import { discreteGaussian } from '../src/noise/discrete-gaussian.ts'
import { fastGaussian } from '../src/noise/lattice-gaussian.ts'
import { systemRandom } from '../src/noise/random-source.ts'
import { calibrate } from '../src/privacy/calibrate.ts'
import { pldEpsilon } from '../src/privacy/pld.ts'
import { rdpEpsilon } from '../src/privacy/rdp.ts'
import { cpuMs } from './cpu-time.ts'

const { values } = parseArgs({ options: { json: { type: 'boolean', default: false } } })

const questions = [
  { samplingRate: 0.01, noiseMultiplier: 1.1, steps: 1_000 },
  { samplingRate: 0.04, noiseMultiplier: 1.5, steps: 2_250 },
  { samplingRate: 0.5, noiseMultiplier: 3, steps: 100 },
  { samplingRate: 0.001, noiseMultiplier: 1, steps: 100_000 },
] as const

/** The median of several runs, each of `calls` calls. */
function medianMs(calls: number, act: () => unknown): number {
  const runs = Array.from({ length: 7 }, () => {
    const [, ms] = cpuMs(() => {
      for (let call = 0; call < calls; call++) act()
    })
    return ms / calls
  })
  return runs.sort((one, other) => one - other)[3]!
}

const accountants = questions.map((phase) => ({
  ...phase,
  rdpMs: medianMs(20, () => rdpEpsilon([phase], 1e-5)),
  pldMs: medianMs(1, () => pldEpsilon([phase], 1e-5)),
  calibrationMs: medianMs(1, () => calibrate({ ...phase, epsilon: 3, delta: 1e-5 })),
}))

const million = 1_000_000
const samplers = [
  { sampler: 'ziggurat on AES-CTR', next: fastGaussian(systemRandom()) },
  { sampler: 'exact discrete, sigma 1000', next: discreteGaussian(1_000, systemRandom()) },
].map(({ sampler, next }) => {
  const ms = medianMs(1, () => {
    let sum = 0
    for (let i = 0; i < million; i++) sum += next()
    return sum
  })
  return { sampler, msPerMillion: Math.round(ms) }
})

if (values.json) console.log(JSON.stringify({ accountants, samplers }))
else {
  console.table(accountants)
  console.table(samplers)
}
