// What proving costs, from the input to a proof that verifies, on circuits that are built already
// or are built first (npm run circuits:build). Wall time is that of the fastest of the runs;
// processor time, of all processes, is what to look at on a machine that does something else.
//   node scripts/with-node.mjs packages/proofs/bench/prove.ts
//     [--json] [--variant tiny|small|standard|large] [--circuit update-norm] [--runs 1]
//     [--rapidsnark <file>]
import { readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { catalogue } from '../src/circuits/catalogue.ts'
import { type CircuitDefinition, inputOf, variantNames } from '../src/circuits/definition.ts'
import { verificationKeyFrom } from '../src/groth16/verification-key.ts'
import { type Prover, prove, rapidsnarkProver } from '../src/prover/prover.ts'
import { runTool, snarkjs } from '../src/prover/run-tool.ts'
import { type Built, buildCircuit } from '../src/setup/build-circuit.ts'

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    variant: { type: 'string', default: 'small' },
    circuit: { type: 'string' },
    runs: { type: 'string', default: '1' },
    rapidsnark: { type: 'string' },
  },
})
const variant = variantNames.find((name) => name === values.variant) ?? 'small'
const { circuit: only, rapidsnark } = values
const root = fileURLToPath(new URL('../../../', import.meta.url))
const folders = { circuits: `${root}circuits`, cache: `${root}.cache/circuits` }

/** The prover's process says at its end how much memory it took at most. */
const atExit = `process.on('exit', () => console.error('peak', process.resourceUsage().maxRSS))`
let [peakKb, firstLineAt] = [0, 0]

/** As `snarkjsProver`, watched. */
const watchedSnarkjs: Prover = {
  name: 'snarkjs',
  async prove({ provingKey, witness, proof, signals }, bounds) {
    const { args, ...tool } = snarkjs([
      'groth16',
      'prove',
      provingKey,
      witness,
      proof,
      signals,
      '-v',
    ])
    const watched = ['--import', `data:text/javascript,${encodeURIComponent(atExit)}`, ...args]
    firstLineAt = 0
    const onLine = (line: string) => {
      if (firstLineAt === 0) firstLineAt = performance.now()
      if (line.startsWith('peak ')) peakKb = Number(line.slice(5))
    }
    const run = await runTool({ ...tool, args: watched }, { ...bounds, onLine })
    return run.ok ? { ok: true, value: undefined } : run
  },
}
const prover = rapidsnark === undefined ? watchedSnarkjs : rapidsnarkProver(rapidsnark)

interface Run {
  readonly witnessMs: number
  /** Until the prover's process begins to work. */
  readonly startMs: number
  readonly proofMs: number
  readonly checkMs: number
  /** Ours and that of the processes we started; null where the system does not count it. */
  readonly cpuMs: number | null
}

const rows = []
for (const circuit of catalogue.filter(({ name }) => only === undefined || name === only)) {
  if (circuit.variants[variant] === undefined) continue
  const built = await buildCircuit(circuit, variant, folders)
  if (!built.ok) throw new Error(`${circuit.name}: ${built.reason}`)
  const runs: Run[] = []
  for (let i = 0; i < Number(values.runs); i++) runs.push(await run(circuit, built.value))
  const totalOf = ({ witnessMs, proofMs, checkMs }: Run) => witnessMs + proofMs + checkMs
  const best = runs.reduce((one, other) => (totalOf(other) < totalOf(one) ? other : one))
  const { constraints, proving_key_bytes: provingKeyBytes } = built.value.manifest
  const peakMb = rapidsnark === undefined ? Math.round(peakKb / 1_024) : null
  rows.push({ circuit: circuit.name, constraints, provingKeyBytes, ...best, peakMb })
}
if (values.json) console.log(JSON.stringify(rows))
else console.table(rows)

async function run(circuit: CircuitDefinition, { files }: Built): Promise<Run> {
  const key = verificationKeyFrom(JSON.parse(await readFile(files.verificationKey, 'utf8')))
  if (!key.ok) throw new Error(key.reason)
  const input = inputOf(circuit.sample(circuit.variants[variant]!.parameters))
  const at: Record<string, number> = {}
  const onPhase = (phase: string) => {
    at[phase] = performance.now()
  }
  const before = cpuTicks()
  const proved = await prove(prover, { input, ...files, verificationKey: key.value }, { onPhase })
  if (!proved.ok) throw new Error(`${circuit.name}: ${proved.reason}`)
  const after = cpuTicks()
  return {
    witnessMs: Math.round(at.proof! - at.witness!),
    startMs: Math.round(Math.max(0, firstLineAt - at.proof!)),
    proofMs: Math.round(at.check! - at.proof!),
    checkMs: Math.round(performance.now() - at.check!),
    cpuMs: before === null || after === null ? null : (after - before) * 10,
  }
}

/** Hundredths of a second: our own, and those of children that have ended. */
function cpuTicks(): number | null {
  if (process.platform !== 'linux') return null
  const stat = readFileSync('/proc/self/stat', 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks), 0)
}
