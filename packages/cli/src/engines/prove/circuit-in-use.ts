// A task's circuit with everything that proving takes: from the submitter's blobs, or from what was
// built on this machine.
import { readFile } from 'node:fs/promises'
import {
  type BuiltCircuit,
  catalogue,
  forgeable,
  keyFileBytesMax,
  readZkeyHeader,
  sameCircuit,
  type VerificationKey,
  verificationKeyFrom,
} from '@vcp/proofs'
import {
  type Cid,
  type CircuitFiles,
  limits,
  type Outcome,
  type ProofSetup,
  pass,
  refuse,
} from '@vcp/protocol'
import type { BlobNeed } from '../engine.ts'
import type { KeyFiles } from './key-files.ts'

export interface CircuitInUse {
  readonly key: VerificationKey
  readonly setup: ProofSetup
  readonly publicOrder: readonly string[]
  readonly generator: Uint8Array
  readonly provingKey: string
}

/** No prover reads the constraints: the key is checked against them. */
export function blobsOfCircuit(files: CircuitFiles): readonly BlobNeed[] {
  return [
    { cid: files.r1cs, bytesMax: limits.blobWholeBytesMax },
    { cid: files.proving_key, bytesMax: limits.blobWholeBytesMax },
    { cid: files.verification_key, bytesMax: keyFileBytesMax },
    { cid: files.witness_generator, bytesMax: limits.wasmModuleBytesMax },
  ]
}

/** Calls `use` while the files are there. */
export async function withFiles<Result>(
  files: CircuitFiles,
  blobOf: (cid: Cid) => Uint8Array,
  keyFiles: KeyFiles,
  use: (circuit: CircuitInUse) => Promise<Outcome<Result>>,
): Promise<Outcome<Result>> {
  const key = keyIn(blobOf(files.verification_key))
  if (!key.ok) return key
  return keyFiles.with(files.proving_key, blobOf(files.proving_key), async (provingKey) => {
    const same = await sameCircuit(blobOf(files.r1cs), provingKey)
    if (!same.ok) return same
    const setup = await setupOf(provingKey, key.value)
    if (!setup.ok) return setup
    return use({
      key: key.value,
      setup: setup.value,
      publicOrder: files.public_order,
      generator: blobOf(files.witness_generator),
      provingKey,
    })
  })
}

export async function builtInUse(built: BuiltCircuit): Promise<Outcome<CircuitInUse>> {
  const key = verificationKeyFrom(built.json)
  if (!key.ok) return key
  const definition = catalogue.find(({ name }) => name === built.name)
  if (definition === undefined) return refuse('NOT_FOUND', `there is no circuit ${built.name}`)
  return pass({
    key: key.value,
    setup: built.setup,
    publicOrder: definition.publicInputs,
    generator: await readFile(built.files.witnessGenerator),
    provingKey: built.files.provingKey,
  })
}

/** How the setup of a proving key calls itself; refuses a key that anybody can forge for. */
async function setupOf(file: string, { inputs }: VerificationKey): Promise<Outcome<ProofSetup>> {
  const header = await readZkeyHeader(file)
  if (!header.ok) return header
  const reason = forgeable(header.value)
  if (reason !== null) return refuse('ZK_PROOF_INVALID', reason)
  // The header counts the constant 1 in.
  if (header.value.signals !== inputs.length - 1) {
    return refuse('INVALID', 'proving key and verification key have different numbers of signals')
  }
  const contributors = header.value.contributions.filter(({ kind }) => kind === 'contribution')
  const isOurs = contributors.every(({ name }) => name === developmentName)
  return pass(isOurs ? 'development' : 'unknown')
}

/** Who contributes to the keys that `npm run circuits:build` makes. */
const developmentName = 'development'

function keyIn(bytes: Uint8Array): Outcome<VerificationKey> {
  try {
    return verificationKeyFrom(JSON.parse(new TextDecoder().decode(bytes)))
  } catch {
    return refuse('INVALID', 'the verification key is not JSON')
  }
}
