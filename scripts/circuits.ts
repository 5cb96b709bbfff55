// Builds the circuits of circuits/ from source, with a development setup, and writes what is small
// beside them: manifest, verification key, sample input and one proof. What is heavy stays in the
// cache, by the hash of its sources. With --powers also powers of tau of the same secrets, and
// snarkjs verifies the key against them, which takes many times as long.
//   npm run circuits:build -- [--variant tiny|small|standard|large] [--powers] [name...]
import { execFileSync } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import {
  type Built,
  buildCircuit,
  type CircuitDefinition,
  CircuitManifest,
  inputOf,
  prove,
  reduce,
  signalsOf,
  snarkjsProver,
  type VariantName,
  variantNames,
  verificationKeyFrom,
} from '@vcp/proofs'
import { circuitsNamed, readWords } from './circuits-words.ts'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const circuits = join(root, 'circuits')
const cache = join(root, '.cache', 'circuits')
const usage = `npm run circuits:build -- [--variant ${variantNames.join('|')}] [--powers] [name...]`
const { variant, withPowers, sized } = readWords(usage, asked)
for (const circuit of sized) await build(circuit, variant)
const formatter = ['scripts/with-node.mjs', 'biome', 'format', '--write', circuits]
execFileSync(process.execPath, formatter, { cwd: root })

function asked() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      variant: { type: 'string', default: 'small' },
      powers: { type: 'boolean', default: false },
    },
  })
  const variant = variantNames.find((name) => name === values.variant)
  if (variant === undefined) throw new RangeError(`no circuit has a size ${values.variant}`)
  const circuits = circuitsNamed(positionals)
  const sized = circuits.filter(({ variants }) => variants[variant])
  const [unsized] = circuits.filter((circuit) => !sized.includes(circuit))
  if (positionals.length > 0 && unsized !== undefined) {
    throw new RangeError(`${unsized.name} has no size ${variant}`)
  }
  return { variant, withPowers: values.powers, sized }
}

async function build(circuit: CircuitDefinition, name: VariantName): Promise<void> {
  const startedAt = performance.now()
  const onPhase = (phase: string) => console.error(`${circuit.name}: ${phase}`)
  const built = await buildCircuit(circuit, name, {
    circuits,
    cache,
    onPhase,
    withPowers,
  })
  if (!built.ok) throw new Error(`${circuit.name}: ${built.reason}`)
  const { constraints, proving_key_bytes } = built.value.manifest
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1)
  const size = `${constraints} constraints, key ${proving_key_bytes} bytes`
  console.log(`${circuit.name} ${name}: ${size}, ${seconds} s`)
  await writeManifest(circuit, name, built.value)
  if (name === 'small') await writeFixture(circuit, built.value)
}

async function writeManifest(
  circuit: CircuitDefinition,
  name: VariantName,
  { manifest }: Built,
): Promise<void> {
  const file = join(circuits, circuit.folder, `${circuit.name}.manifest.json`)
  const before = await readFile(file, 'utf8').then(JSON.parse, () => ({ variants: {} }))
  await writeJson(
    file,
    CircuitManifest.parse({
      circuit: circuit.name,
      compiler: 'circom 2.2.3 (circom2 0.2.23) --O1',
      setup: 'development',
      variants: { ...before.variants, [name]: manifest },
    }),
  )
}

/** The key, an input and a proof of it: what checks need that have no time to build anything. */
async function writeFixture(circuit: CircuitDefinition, { files }: Built): Promise<void> {
  const { small } = circuit.variants
  const sample = circuit.sample(small.parameters)
  const keyJson = JSON.parse(await readFile(files.verificationKey, 'utf8'))
  const key = verificationKeyFrom(keyJson)
  if (!key.ok) throw new Error(key.reason)
  const order = { input: inputOf(sample), ...files, verificationKey: key.value }
  const proved = await prove(snarkjsProver, order)
  if (!proved.ok) throw new Error(`${circuit.name}: ${proved.reason}`)
  const wanted = signalsOf(circuit, small, sample)?.map(reduce)
  if (wanted?.join() !== proved.value.signals.join()) {
    throw new Error(`${circuit.name}: the proof does not say what the statement does`)
  }
  const at = (what: string) => join(circuits, circuit.folder, `${circuit.name}.${what}.json`)
  await writeJson(at('key'), keyJson)
  await writeJson(at('sample'), inputOf(sample))
  await writeJson(at('proof'), { proof: proved.value.proofJson, signals: proved.value.signalsJson })
}

function writeJson(file: string, value: unknown): Promise<void> {
  return writeFile(file, `${JSON.stringify(value, null, 2)}\n`)
}
