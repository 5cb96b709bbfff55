// Builds a circuit with a development setup: compile, a key from secrets, one contribution. What is
// heavy goes into a cache folder whose name is the hash of the sources, so that it is built once.
import { createHash, randomBytes } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, mkdtemp, open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Digest, type Outcome, pass, refuse } from '@vcp/protocol'
import { compileCircuit, sourcesOf } from '../circuits/compile.ts'
import type { CircuitDefinition, Variant, VariantName } from '../circuits/definition.ts'
import { verificationKeyFrom } from '../groth16/verification-key.ts'
import { domainPower, readR1cs } from '../r1cs/r1cs-file.ts'
import { developmentKey } from './development-key.ts'
import { keyOfZkey } from './key-of-zkey.ts'
import { BuiltVariant } from './manifest.ts'
import { contribute, forgeable, verifySetup } from './phase2.ts'
import { drawSecrets, powersOfTau } from './powers-of-tau.ts'
import { sameCircuit } from './same-circuit.ts'
import { readZkeyHeader, type ZkeyHeader } from './zkey.ts'

export interface BuiltFiles {
  readonly r1cs: string
  readonly symbols: string
  readonly witnessGenerator: string
  /** Is there only where the build was asked for it. */
  readonly ptau: string
  readonly provingKey: string
  readonly verificationKey: string
}

export interface Built {
  readonly files: BuiltFiles
  readonly manifest: BuiltVariant
}

export interface BuildOptions {
  /** The folder of the circuits' sources. */
  readonly circuits: string
  readonly cache: string
  /**
   * Also makes powers of tau of the same secrets, and has snarkjs verify the key against them: many
   * times the work of the build.
   */
  readonly withPowers?: boolean
  readonly onPhase?: (phase: string) => void
}

export async function buildCircuit(
  circuit: CircuitDefinition,
  variant: VariantName,
  { circuits, cache, ...options }: BuildOptions,
): Promise<Outcome<Built>> {
  const size = circuit.variants[variant]
  if (size === undefined) return refuse('INVALID', `${circuit.name} has no size ${variant}`)
  const sources = await sourcesOf(circuits, circuit, size)
  const folder = join(cache, `${circuit.name}-${variant}-${sources.digest.slice(0, 16)}`)
  const known = await builtIn(folder)
  const isKnown = known !== null && (known.manifest.powers_of_tau !== null || !options.withPowers)
  if (isKnown) return pass(known)
  await mkdir(cache, { recursive: true })
  const work = await mkdtemp(join(cache, 'building-'))
  try {
    options.onPhase?.('compile')
    const compiled = await compileCircuit(sources, work)
    if (!compiled.ok) return compiled
    const files = filesIn(work)
    const setup = await setUp(files, options)
    if (!setup.ok) return setup
    const manifest = await manifestOf(files, setup.value, size, sources.digest)
    if (!manifest.ok) return manifest
    await writeFile(join(work, 'manifest.json'), `${JSON.stringify(manifest.value, null, 2)}\n`)
    if (known !== null) await rm(folder, { recursive: true }) // it was built without powers
    await rename(work, folder) // whole or not at all
    return pass({ files: filesIn(folder), manifest: manifest.value })
  } finally {
    await rm(work, { recursive: true, force: true })
  }
}

async function builtIn(folder: string): Promise<Built | null> {
  const text = await readFile(join(folder, 'manifest.json'), 'utf8').catch(() => null)
  if (text === null) return null
  return { files: filesIn(folder), manifest: BuiltVariant.parse(JSON.parse(text)) }
}

/** The files of a circuit that was built into the folder. */
export function filesIn(folder: string): BuiltFiles {
  return {
    r1cs: join(folder, 'main.r1cs'),
    symbols: join(folder, 'main.sym'),
    witnessGenerator: join(folder, 'main_js', 'main.wasm'),
    ptau: join(folder, 'powers.ptau'),
    provingKey: join(folder, 'key.zkey'),
    verificationKey: join(folder, 'key.json'),
  }
}

/** What a setup leaves behind it. */
export interface SetUp {
  readonly constraints: number
  readonly header: ZkeyHeader
  readonly hasPowers: boolean
}

/** Keys with one contribution, which calls itself what it is: for development. */
export async function setUp(
  files: Omit<BuiltFiles, 'symbols'>,
  { withPowers = false, onPhase }: Pick<BuildOptions, 'withPowers' | 'onPhase'> = {},
): Promise<Outcome<SetUp>> {
  const r1cs = await readFile(files.r1cs)
  const system = readR1cs(r1cs)
  if (!system.ok) return system
  const secrets = drawSecrets(randomBytes)
  const first = `${files.provingKey}.first`
  const { count } = system.value
  onPhase?.(`keys for ${count} constraints`)
  await writeParts(first, developmentKey(system.value, secrets))
  onPhase?.('a contribution')
  const contributor = { name: 'development', entropy: randomBytes(32).toString('hex') }
  const contributed = await contribute(first, files.provingKey, contributor)
  await rm(first, { force: true })
  if (!contributed.ok) return contributed
  const key = await keyOfZkey(files.provingKey)
  if (!key.ok) return key
  await writeFile(files.verificationKey, `${JSON.stringify(key.value)}\n`)
  if (withPowers) {
    onPhase?.('powers of tau')
    await writeParts(files.ptau, powersOfTau(domainPower(system.value), secrets))
  }
  onPhase?.('verify')
  const header = withPowers ? await verifySetup(files) : await unforgeable(r1cs, files.provingKey)
  return header.ok
    ? pass({ constraints: count, header: header.value, hasPowers: withPowers })
    : header
}

/** What is asked of a key that was made here: the rest holds by the way in which it was made. */
async function unforgeable(r1cs: Uint8Array, provingKey: string): Promise<Outcome<ZkeyHeader>> {
  const header = await readZkeyHeader(provingKey)
  if (!header.ok) return header
  const reason = forgeable(header.value)
  if (reason !== null) return refuse('ZK_PROOF_INVALID', reason)
  const same = await sameCircuit(r1cs, provingKey)
  return same.ok ? header : same
}

async function manifestOf(
  files: BuiltFiles,
  { constraints, header, hasPowers }: SetUp,
  { parameters }: Variant,
  sources: Digest,
): Promise<Outcome<BuiltVariant>> {
  const key = verificationKeyFrom(JSON.parse(await readFile(files.verificationKey, 'utf8')))
  if (!key.ok) return key
  return pass({
    parameters: [...parameters],
    constraints,
    public_signals: header.signals,
    sources,
    r1cs: await fileDigest(files.r1cs),
    witness_generator: await fileDigest(files.witnessGenerator),
    proving_key: await fileDigest(files.provingKey),
    proving_key_bytes: (await stat(files.provingKey)).size,
    verification_key: key.value.digest,
    powers_of_tau: hasPowers ? await fileDigest(files.ptau) : null,
    contributions: [...header.contributions],
  })
}

async function writeParts(file: string, parts: Iterable<Uint8Array>): Promise<void> {
  const handle = await open(file, 'w', 0o600)
  try {
    for (const part of parts) await handle.write(part)
  } finally {
    await handle.close()
  }
}

async function fileDigest(file: string): Promise<Digest> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(file)) hash.update(chunk)
  return Digest.parse(hash.digest('hex'))
}
