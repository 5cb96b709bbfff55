// Makes what a node hands in for a task that wants a proof. The witness is calculated twice: what
// ties the proof to its task names the circuit's outputs, which the first witness has.
import {
  contextSignal,
  type Outcome,
  type ProofSetup,
  pass,
  refuse,
  type TaskOf,
} from '@vcp/protocol'
import type { VerificationKey } from '../groth16/verification-key.ts'
import {
  type CircuitInput,
  type Prover,
  type ProverBounds,
  proveWitness,
} from '../prover/prover.ts'
import {
  calculateWitness,
  publicSignalsIn,
  type WitnessBounds,
} from '../witness/calculate-witness.ts'
import { encodeProofOutput } from './check-proof-output.ts'
import { type ProofHolder, proofContext, proofInputDigest } from './proof-binding.ts'
import { layoutOf } from './signal-layout.ts'

export interface ProofOrder {
  readonly task: TaskOf<'zk_proof'>
  readonly holder: ProofHolder
  readonly publicOrder: readonly string[]
  /** By the names of the circuit's inputs. */
  readonly privateInputs: CircuitInput
  readonly generator: Uint8Array
  readonly key: VerificationKey
  readonly setup: ProofSetup
  /** The file of the proving key. */
  readonly provingKey: string
}

export interface ProofMaking {
  readonly prover: Prover
  readonly witnessBounds: WitnessBounds
  readonly proverBounds: ProverBounds
}

/** The bytes to hand in; a refusal says what of the task cannot be proved. */
export async function makeProofOutput(
  order: ProofOrder,
  { prover, witnessBounds, proverBounds }: ProofMaking,
): Promise<Outcome<Uint8Array>> {
  const { task, key, publicOrder, privateInputs, generator } = order
  const { public_inputs } = task.inputs
  const count = key.inputs.length - 1
  const layout = layoutOf(publicOrder, public_inputs, count)
  if (!layout.ok) return layout
  const twice = Object.keys(privateInputs).find((name) => publicOrder.includes(name))
  if (twice !== undefined) return refuse('INVALID', `${twice} is public and cannot be private too`)
  const input = { ...(public_inputs as CircuitInput), ...privateInputs }
  const { contextAt } = layout.value
  const witnessFor = (context: bigint) => {
    const bound = contextAt === null ? {} : { [contextSignal]: context.toString() }
    return calculateWitness({ generator, input: { ...input, ...bound } }, witnessBounds)
  }
  const first = await witnessFor(0n)
  if (!first.ok) return first
  const signals = publicSignalsIn(first.value, count)
  if (!signals.ok) return signals
  let witness = first.value
  if (contextAt !== null) {
    const statement = { key: key.digest, signals: signals.value, contextAt, values: null }
    const context = proofContext(order.holder, proofInputDigest(task), statement)
    const second = await witnessFor(context)
    if (!second.ok) return second
    const again = publicSignalsIn(second.value, count)
    if (!again.ok) return again
    const moved = again.value.findIndex((value, at) =>
      at === contextAt ? value !== context : value !== signals.value[at],
    )
    if (moved !== -1) return refuse('INVALID', `signal ${moved} depends on the context`)
    witness = second.value
  }
  const keys = { witness, provingKey: order.provingKey, verificationKey: key }
  const proved = await proveWitness(prover, keys, proverBounds)
  if (!proved.ok) return proved
  return pass(
    encodeProofOutput({
      format: 'vcp-proof/1',
      verification_key: key.digest,
      setup: order.setup,
      proof: proved.value.proofJson as never,
      signals: proved.value.signals.map(String),
      following: [],
      values: null,
    }),
  )
}
