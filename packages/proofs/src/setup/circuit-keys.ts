// The keys of our circuits as they lie in folders: committed ones beside their sources, and those
// that were built, each with everything that is needed to prove. Keys are known by their digests: a
// circuit has one for each size and each setup.
import { existsSync } from 'node:fs'
import { readdir, readFile, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Digest, ProofSetup } from '@vcp/protocol'
import { catalogue } from '../circuits/catalogue.ts'
import { variantNames } from '../circuits/definition.ts'
import { digestOfKey } from '../groth16/verification-key.ts'
import { type BuiltFiles, filesIn } from './build-circuit.ts'
import { BuiltVariant, CircuitManifest } from './manifest.ts'

/** What is known of a key; its points are looked at by whoever verifies with it. */
export interface CircuitKey {
  /** Of the circuit, as the catalogue has it. */
  readonly name: string
  readonly digest: Digest
  readonly setup: ProofSetup
  /** The size that it was built in. */
  readonly parameters: readonly number[]
  /** As snarkjs exports it. */
  readonly json: unknown
}

export interface BuiltCircuit extends CircuitKey {
  readonly constraints: number
  readonly builtAtMs: number
  readonly files: Omit<BuiltFiles, 'ptau'>
}

const checkout = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..', '..')

/** Where a checkout has its circuits and what was built of them; null for an installation. */
export function checkoutFolders(): { readonly circuits: string; readonly cache: string } | null {
  const circuits = join(checkout, 'circuits')
  if (!existsSync(join(circuits, 'parts'))) return null
  return { circuits, cache: join(checkout, '.cache', 'circuits') }
}

/** The keys of our circuits that are known here, by their digests. */
export async function knownKeys(): Promise<ReadonlyMap<Digest, CircuitKey>> {
  const folders = checkoutFolders()
  if (folders === null) return new Map()
  const [built, committed] = await Promise.all([
    builtCircuits(folders.cache),
    committedKeys(folders.circuits),
  ])
  // What a manifest says of a key counts more than that it was also found in a cache.
  return new Map([...built, ...committed].map((key) => [key.digest, key]))
}

/** The keys that are committed beside the circuits; a folder that is not there has none. */
export async function committedKeys(circuits: string): Promise<readonly CircuitKey[]> {
  const keys = await Promise.all(
    catalogue.map(async ({ name, folder }) => {
      const at = (what: string) => join(circuits, folder, `${name}.${what}.json`)
      const [json, manifest] = await Promise.all([readJson(at('key')), readJson(at('manifest'))])
      const said = CircuitManifest.safeParse(manifest)
      if (!said.success) return null
      const key = keyFrom(name, json, said.data.setup)
      const { variants } = said.data
      const variant = Object.values(variants).find((each) => each?.verification_key === key?.digest)
      return key === null || variant === undefined
        ? null
        : { ...key, parameters: variant.parameters }
    }),
  )
  return keys.filter((key) => key !== null)
}

/**
 * What `npm run circuits:build` has left in its cache: everything that proving takes. Of several
 * builds of one circuit and size the newest counts: the others are of sources that have changed.
 */
export async function builtCircuits(cache: string): Promise<readonly BuiltCircuit[]> {
  const names = await readdir(cache).catch(() => [])
  const found = await Promise.all(names.toSorted().map((name) => builtIn(join(cache, name))))
  const whole = found.filter((each) => each !== null)
  const byAge = whole.toSorted((one, other) => one.builtAtMs - other.builtAtMs)
  const newest = new Map(byAge.map((each) => [`${each.name} ${each.parameters.join()}`, each]))
  return [...newest.values()]
}

/** A folder is named for circuit, size and the hash of its sources. */
const builtName = new RegExp(`^([a-z0-9-]+)-(?:${variantNames.join('|')})-[0-9a-f]{16}$`)

async function builtIn(folder: string): Promise<BuiltCircuit | null> {
  const name = builtName.exec(basename(folder))?.[1]
  const circuit = catalogue.find((each) => each.name === name)
  if (circuit === undefined) return null
  const manifest = BuiltVariant.safeParse(await readJson(join(folder, 'manifest.json')))
  if (!manifest.success) return null
  const { ptau: _, ...files } = filesIn(folder)
  // Whoever built it here could have kept the secrets.
  const key = keyFrom(circuit.name, await readJson(files.verificationKey), 'development')
  if (key === null) return null
  const { parameters, constraints } = manifest.data
  const { mtimeMs: builtAtMs } = await stat(files.verificationKey)
  return { ...key, parameters, constraints, builtAtMs, files }
}

function keyFrom(name: string, json: unknown, setup: ProofSetup) {
  const digest = digestOfKey(json)
  return digest === null ? null : { name, digest, setup, json }
}

async function readJson(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, 'utf8'))
  } catch {
    return null // not there, or not whole: it is no key
  }
}
