// One simulation as a program: `vcp sim` runs it. Prints NDJSON: what happened, line by line, if
// that is asked for, and at the end the report.
//   node scripts/with-node.mjs packages/coordinator/src/sim/main.ts --seed 7 [--steps n] [--trace]
import { parseArgs } from 'node:util'
import { simulate, stepsByDefault } from './simulate.ts'

const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    steps: { type: 'string', default: String(stepsByDefault) },
    trace: { type: 'boolean', default: false },
  },
})

function print(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value)}\n`)
}

const { healedWithinMs, secureRounds, ...report } = simulate(Number(values.seed), {
  steps: Number(values.steps),
  ...(values.trace ? { say: (line) => print({ line }) } : {}),
})
print({
  report: { ...report, secure_rounds: secureRounds, healed_within_ms: healedWithinMs },
})
process.exitCode = report.broken === null ? 0 : 1
