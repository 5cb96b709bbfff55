// Makes what a node hands in for a run that has to be proved: the value that the function comes to,
// and a proof of each part of the run.
import {
  type Outcome,
  type ProofOutput,
  type ProofSetup,
  pass,
  type TaskOf,
  type WasmValue,
} from '@vcp/protocol'
import { executionInput, fitExecution, segmentsOf } from '../execution/run-execution.ts'
import type { VerificationKey } from '../groth16/verification-key.ts'
import { proveWitness } from '../prover/prover.ts'
import { calculateWitness } from '../witness/calculate-witness.ts'
import { encodeProofOutput } from './check-proof-output.ts'
import { executionContext, provableCall } from './execution-proof.ts'
import type { ProofMaking } from './make-proof-output.ts'
import type { ProofHolder } from './proof-binding.ts'

export interface ExecutionOrder {
  readonly task: TaskOf<'wasm_execution'>
  readonly holder: ProofHolder
  readonly module: Uint8Array
  readonly parameters: readonly number[]
  readonly generator: Uint8Array
  readonly key: VerificationKey
  readonly setup: ProofSetup
  readonly provingKey: string
}

type Claimed = Pick<ProofOutput, 'proof' | 'signals'>

/** The bytes to hand in; a refusal says what of the run cannot be proved. */
export async function makeExecutionOutput(
  order: ExecutionOrder,
  making: ProofMaking,
): Promise<Outcome<Uint8Array>> {
  const { task, holder, key } = order
  const call = provableCall(task, order.module, order.parameters)
  if (!call.ok) return call
  const { program, args, size } = call.value
  const fit = fitExecution(program, args, size)
  if (!fit.ok) return fit
  const segments = segmentsOf(program, args, size)
  if (!segments.ok) return segments
  const values: WasmValue[] = program.returns ? [{ type: 'i32', value: fit.value.value | 0 }] : []
  const context = executionContext(holder, task, key.digest, values)
  const proofs: Claimed[] = []
  for (const segment of segments.value) {
    const input = executionInput(program, segment, context, size)
    const proved = await proveSegment(order, input, making)
    if (!proved.ok) return proved
    proofs.push(proved.value)
  }
  const [first, ...following] = proofs as [Claimed, ...Claimed[]]
  const named = { verification_key: key.digest, setup: order.setup }
  return pass(encodeProofOutput({ format: 'vcp-proof/1', ...named, ...first, following, values }))
}

async function proveSegment(
  { generator, provingKey, key }: ExecutionOrder,
  input: ReturnType<typeof executionInput>,
  { prover, witnessBounds, proverBounds }: ProofMaking,
): Promise<Outcome<Claimed>> {
  const witness = await calculateWitness({ generator, input }, witnessBounds)
  if (!witness.ok) return witness
  const keys = { witness: witness.value, provingKey, verificationKey: key }
  const proved = await proveWitness(prover, keys, proverBounds)
  if (!proved.ok) return proved
  const { proofJson, signals } = proved.value
  return pass({ proof: proofJson as Claimed['proof'], signals: signals.map(String) })
}
