// What proving costs, from the input to a proof that verifies, on circuits that are built already
// or are built first (npm run circuits:build). Wall time of the phases: on a machine that does
// something else, look at the processor time of the whole, as `time` prints it.
//   node scripts/with-node.mjs packages/proofs/bench/prove.ts
//     [--json] [--variant small|standard] [--circuit update-norm] [--rapidsnark <file>]
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { catalogue } from '../src/circuits/catalogue.ts'
import { inputOf, variantNames } from '../src/circuits/definition.ts'
import { verificationKeyFrom } from '../src/groth16/verification-key.ts'
import { prove, rapidsnarkProver, snarkjsProver } from '../src/prover/prover.ts'
import { buildCircuit } from '../src/setup/build-circuit.ts'

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    variant: { type: 'string', default: 'small' },
    circuit: { type: 'string' },
    rapidsnark: { type: 'string' },
  },
})
const variant = variantNames.find((name) => name === values.variant) ?? 'small'
const { circuit: only, rapidsnark } = values
const prover = rapidsnark === undefined ? snarkjsProver : rapidsnarkProver(rapidsnark)
const root = fileURLToPath(new URL('../../../', import.meta.url))
const folders = { circuits: `${root}circuits`, cache: `${root}.cache/circuits` }

const rows = []
for (const circuit of catalogue.filter(({ name }) => only === undefined || name === only)) {
  const size = circuit.variants[variant]
  if (size === undefined) continue
  const built = await buildCircuit(circuit, variant, folders)
  if (!built.ok) throw new Error(`${circuit.name}: ${built.reason}`)
  const { files, manifest } = built.value
  const key = verificationKeyFrom(JSON.parse(await readFile(files.verificationKey, 'utf8')))
  if (!key.ok) throw new Error(key.reason)
  const input = inputOf(circuit.sample(size.parameters))
  const at: Record<string, number> = {}
  const onPhase = (phase: string) => {
    at[phase] = performance.now()
  }
  const order = { input, ...files, verificationKey: key.value }
  const proved = await prove(prover, order, { onPhase })
  if (!proved.ok) throw new Error(`${circuit.name}: ${proved.reason}`)
  rows.push({
    circuit: circuit.name,
    constraints: manifest.constraints,
    provingKeyBytes: manifest.proving_key_bytes,
    witnessMs: Math.round(at.proof! - at.witness!),
    proofMs: Math.round(at.check! - at.proof!),
    checkMs: Math.round(performance.now() - at.check!),
  })
}
if (values.json) console.log(JSON.stringify(rows))
else console.table(rows)
