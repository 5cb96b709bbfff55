// Builds a circuit with a development setup: compile, phase 2, one contribution, keys. Everything
// heavy goes into a cache folder whose name is the hash of the sources, so that it is built once.
import { createHash, randomBytes } from 'node:crypto'
import { createReadStream } from 'node:fs'
import {
  access,
  mkdir,
  mkdtemp,
  open,
  readFile,
  rename,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises'
import { join } from 'node:path'
import { Digest, type Outcome, pass, refuse } from '@vcp/protocol'
import { compileCircuit, sourcesOf } from '../circuits/compile.ts'
import type { CircuitDefinition, VariantName } from '../circuits/definition.ts'
import { verificationKeyFrom } from '../groth16/verification-key.ts'
import { readR1cs } from '../r1cs/r1cs-file.ts'
import type { BuiltVariant } from './manifest.ts'
import { contribute, exportKey, startSetup, verifySetup } from './phase2.ts'
import { drawSecrets, powersOfTau } from './powers-of-tau.ts'

export interface BuiltFiles {
  readonly r1cs: string
  readonly symbols: string
  readonly witnessGenerator: string
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
  readonly onPhase?: (phase: string) => void
}

export async function buildCircuit(
  circuit: CircuitDefinition,
  variant: VariantName,
  { circuits, cache, onPhase }: BuildOptions,
): Promise<Outcome<Built>> {
  const size = circuit.variants[variant]
  if (size === undefined) return refuse('INVALID', `${circuit.name} has no size ${variant}`)
  const { parameters } = size
  const sources = await sourcesOf(circuits, circuit, { parameters })
  const folder = join(cache, `${circuit.name}-${variant}-${sources.digest.slice(0, 16)}`)
  const manifestFile = join(folder, 'manifest.json')
  if (await isThere(manifestFile)) {
    const manifest = JSON.parse(await readFile(manifestFile, 'utf8')) as BuiltVariant
    const ptau = join(cache, ptauName(await constraintsIn(join(folder, 'main.r1cs'))))
    return pass({ files: filesIn(folder, ptau), manifest })
  }
  await mkdir(cache, { recursive: true })
  const work = await mkdtemp(join(cache, 'building-'))
  try {
    onPhase?.('compile')
    const compiled = await compileCircuit(sources, work)
    if (!compiled.ok) return compiled
    const rows = await constraintsIn(compiled.value.r1cs)
    onPhase?.('powers of tau')
    const files = filesIn(work, await developmentPtau(cache, rows))
    onPhase?.('phase 2')
    const setup = await setUp(files)
    if (!setup.ok) return setup
    onPhase?.('verify')
    const manifest = await manifestOf(files, parameters, sources.digest)
    if (!manifest.ok) return manifest
    await writeFile(join(work, 'manifest.json'), `${JSON.stringify(manifest.value, null, 2)}\n`)
    await rename(work, folder) // whole or not at all
    return pass({ files: filesIn(folder, files.ptau), manifest: manifest.value })
  } finally {
    await rm(work, { recursive: true, force: true })
  }
}

/** The files of a circuit that was built into the folder. */
export function filesIn(folder: string, ptau: string): BuiltFiles {
  return {
    r1cs: join(folder, 'main.r1cs'),
    symbols: join(folder, 'main.sym'),
    witnessGenerator: join(folder, 'main_js', 'main.wasm'),
    ptau,
    provingKey: join(folder, 'key.zkey'),
    verificationKey: join(folder, 'key.json'),
  }
}

/** Phase 2 with one contribution, which calls itself what it is: for development. */
export async function setUp(
  files: Pick<BuiltFiles, 'r1cs' | 'ptau' | 'provingKey' | 'verificationKey'>,
): Promise<Outcome<string>> {
  const first = `${files.provingKey}.first`
  const started = await startSetup({ ...files, provingKey: first })
  if (!started.ok) return started
  const entropy = randomBytes(32).toString('hex')
  const contributor = { name: 'development', entropy }
  const contributed = await contribute(first, files.provingKey, contributor)
  await rm(first, { force: true })
  return contributed.ok ? exportKey(files.provingKey, files.verificationKey) : contributed
}

async function manifestOf(
  files: BuiltFiles,
  parameters: readonly number[],
  sources: Digest,
): Promise<Outcome<BuiltVariant>> {
  const verified = await verifySetup(files)
  if (!verified.ok) return verified
  const key = verificationKeyFrom(JSON.parse(await readFile(files.verificationKey, 'utf8')))
  if (!key.ok) return key
  return pass({
    parameters: [...parameters],
    constraints: await constraintsIn(files.r1cs),
    public_signals: verified.value.signals,
    sources,
    r1cs: await fileDigest(files.r1cs),
    witness_generator: await fileDigest(files.witnessGenerator),
    proving_key: await fileDigest(files.provingKey),
    proving_key_bytes: (await stat(files.provingKey)).size,
    verification_key: key.value.digest,
    powers_of_tau: await fileDigest(files.ptau),
    contributions: [...verified.value.contributions],
  })
}

/** Rows of the domain that a circuit needs: one for each constraint and public signal, and one. */
export async function constraintsIn(r1cs: string): Promise<number> {
  const system = readR1cs(await readFile(r1cs))
  if (!system.ok) throw new Error(system.reason)
  return system.value.constraints.length
}

const publicRowsMax = 65

function ptauName(constraints: number): string {
  return `development-${powerFor(constraints)}.ptau`
}

export function powerFor(constraints: number): number {
  return Math.max(8, Math.ceil(Math.log2(constraints + publicRowsMax)))
}

/** Powers of tau of the size, made once for all circuits of that size. */
async function developmentPtau(cache: string, constraints: number): Promise<string> {
  const file = join(cache, ptauName(constraints))
  if (await isThere(file)) return file
  const part = `${file}.${process.pid}`
  const handle = await open(part, 'w', 0o600)
  for (const bytes of powersOfTau(powerFor(constraints), drawSecrets(randomBytes))) {
    await handle.write(bytes)
  }
  await handle.close()
  await rename(part, file)
  return file
}

export async function fileDigest(file: string): Promise<Digest> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(file)) hash.update(chunk)
  return Digest.parse(hash.digest('hex'))
}

function isThere(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  )
}
