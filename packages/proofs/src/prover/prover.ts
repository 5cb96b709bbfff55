// What makes proofs. A backend turns a witness and a proving key into a proof; all speak the file
// formats of snarkjs. Whatever it brings is verified before it is handed on: a prover that errs
// costs time, never trust.
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Outcome, pass, refuse } from '@vcp/protocol'
import type { VerificationKey } from '../groth16/verification-key.ts'
import { type Claim, claimFrom, verify } from '../groth16/verify.ts'
import { calculateWitness } from '../witness/calculate-witness.ts'
import type { Tool } from './run-child.ts'
import { runTool, snarkjs, type ToolBounds } from './run-tool.ts'

export interface ProverFiles {
  readonly provingKey: string
  readonly witness: string
  /** Where the backend writes to. */
  readonly proof: string
  readonly signals: string
}

/** Makes a proof from files. Rejects nothing: what fails is a refusal. */
export interface Prover {
  readonly name: string
  prove(files: ProverFiles, bounds: ToolBounds): Promise<Outcome<void>>
}

export const snarkjsProver: Prover = {
  name: 'snarkjs',
  prove: ({ provingKey, witness, proof, signals }, bounds) =>
    finished(snarkjs(['groth16', 'prove', provingKey, witness, proof, signals, '-v']), bounds),
}

/** rapidsnark, if an operator has installed it: 6 to 8 times as fast with the same files. */
export function rapidsnarkProver(file: string): Prover {
  return {
    name: 'rapidsnark',
    prove: ({ provingKey, witness, proof, signals }, bounds) =>
      finished({ file, args: [provingKey, witness, proof, signals] }, bounds),
  }
}

async function finished(tool: Tool, bounds: ToolBounds): Promise<Outcome<void>> {
  const run = await runTool(tool, bounds)
  return run.ok ? pass(undefined) : run
}

/** Values by the names of a circuit's inputs; numbers as decimals, lists to any depth. */
export interface CircuitInput {
  readonly [name: string]: string | CircuitInputList
}
export type CircuitInputList = readonly (string | CircuitInputList)[]

export interface ProveOrder {
  readonly input: CircuitInput
  /** The witness generator of the circuit; it may be a stranger's, and runs confined. */
  readonly witnessGenerator: string
  readonly provingKey: string
  readonly verificationKey: VerificationKey
}

export interface WitnessProveOrder {
  readonly witness: Uint8Array
  readonly provingKey: string
  readonly verificationKey: VerificationKey
}

export interface ProverBounds extends ToolBounds {
  /** A folder for the files of proofs, of which some hold private inputs; made if need be. */
  readonly within?: string
}

export interface ProveOptions extends ProverBounds {
  readonly onPhase?: (phase: 'witness' | 'proof' | 'check') => void
}

export interface Proved extends Claim {
  /** As the backend wrote them. */
  readonly proofJson: unknown
  readonly signalsJson: unknown
}

/**
 * From inputs to a proof that verifies; inputs that the statement does not hold for are refused.
 */
export async function prove(
  prover: Prover,
  { input, witnessGenerator, ...keys }: ProveOrder,
  options: ProveOptions = {},
): Promise<Outcome<Proved>> {
  options.onPhase?.('witness')
  const generator = await readFile(witnessGenerator).catch(() => null)
  if (generator === null) return refuse('PROVING_FAILED', `${witnessGenerator} cannot be read`)
  const witness = await calculateWitness({ generator, input }, options)
  return witness.ok ? proveWitness(prover, { ...keys, witness: witness.value }, options) : witness
}

/** As `prove`, from a witness that is there. */
export async function proveWitness(
  prover: Prover,
  order: WitnessProveOrder,
  { onPhase, within = tmpdir(), ...bounds }: ProveOptions = {},
): Promise<Outcome<Proved>> {
  await mkdir(within, { recursive: true, mode: 0o700 })
  const folder = await mkdtemp(join(within, 'vcp-prove-'))
  const at = (name: string) => join(folder, name)
  const [witness, proof, signals] = [at('w.wtns'), at('proof.json'), at('signals.json')]
  try {
    await writeFile(witness, order.witness, { mode: 0o600 }) // it holds the private inputs
    onPhase?.('proof')
    const files = { provingKey: order.provingKey, witness, proof, signals }
    const made = await prover.prove(files, bounds)
    if (!made.ok) return made
    onPhase?.('check')
    return await checked(order.verificationKey, proof, signals)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function checked(
  key: VerificationKey,
  proofFile: string,
  signalsFile: string,
): Promise<Outcome<Proved>> {
  const [proofJson, signalsJson] = (await Promise.all(
    [proofFile, signalsFile].map(async (file) => JSON.parse(await readFile(file, 'utf8'))),
  )) as [unknown, unknown]
  const claim = claimFrom(proofJson, signalsJson)
  if (!claim.ok) return claim
  const verdict = verify(key, claim.value)
  if (!verdict.ok)
    return refuse('PROVING_FAILED', `the proof made does not verify: ${verdict.reason}`)
  return pass({ ...claim.value, proofJson, signalsJson })
}
