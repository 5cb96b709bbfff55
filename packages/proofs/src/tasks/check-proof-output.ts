// Whether the output of a task is a proof of what the task asked for, made by the node that signed
// for it. Whoever has the task, the receipt, the output and the verification key can ask: the
// coordinator, the submitter, a browser.
import {
  type Circuit,
  cidOf,
  type Outcome,
  ProofOutput,
  parseJsonText,
  pass,
  type Receipt,
  refuse,
  type TaskSpec,
} from '@vcp/protocol'
import type { VerificationKey } from '../groth16/verification-key.ts'
import { type Claim, claimFrom, verify } from '../groth16/verify.ts'
import { checkExecution, executionContext, provableCall } from './execution-proof.ts'
import { type ProofHolder, proofContext, proofInputDigest } from './proof-binding.ts'
import { layoutOf } from './signal-layout.ts'

/** Of what a node hands in: the largest that its schema lets pass, with room for its spelling. */
export const proofOutputBytesMax = 131_072

/** What of a task's circuit has to be known, beside its key. */
export interface ProofTerms {
  /** Its public inputs, in the order of the template. */
  readonly publicOrder: readonly string[]
  /** Of a circuit in the catalogue: the size that the key is for. */
  readonly parameters: readonly number[] | null
  /** The module whose run is proved; null where a task has none. */
  readonly module: Uint8Array | null
}

export interface ProofCase extends ProofTerms {
  readonly task: TaskSpec
  readonly holder: ProofHolder
  readonly receipt: Pick<Receipt, 'input' | 'output'>
  readonly output: Uint8Array
  readonly key: VerificationKey
}

/** What is left to do once everything but the equations was looked at. */
export interface OpenClaims {
  readonly claims: readonly Claim[]
  /** Whether the proof is tied to task, node and result; otherwise anybody's could be shown. */
  readonly isBound: boolean
  readonly output: ProofOutput
}

/** Whether there can be a proof for a task under a key, and whether it would be tied to it. */
export function provableTask(
  task: TaskSpec,
  key: VerificationKey,
  terms: ProofTerms,
): Outcome<{ readonly isBound: boolean }> {
  if (task.task_type === 'wasm_execution') {
    const call = provableCall(task, terms.module, terms.parameters)
    return call.ok ? pass({ isBound: true }) : call
  }
  if (task.task_type !== 'zk_proof') return refuse('INVALID', `${task.task_type} has no statement`)
  const layout = layoutOf(terms.publicOrder, task.inputs.public_inputs, key.inputs.length - 1)
  return layout.ok ? pass({ isBound: layout.value.contextAt !== null }) : layout
}

/** Takes everything that costs nothing: form, key, public inputs, context. */
export function openProofOutput(of: ProofCase): Outcome<OpenClaims> {
  const { task, receipt, key } = of
  if (cidOf('raw', of.output) !== receipt.output) {
    return refuse('ZK_PROOF_INVALID', 'the output is not the one that was signed')
  }
  if (receipt.input !== proofInputDigest(task)) {
    return refuse('ZK_PROOF_INVALID', 'the receipt is about another input')
  }
  const read = outputFrom(of.output)
  if (!read.ok) return read
  const output = read.value
  if (output.verification_key !== key.digest) {
    return refuse('ZK_PROOF_INVALID', 'the proof is for another key')
  }
  const claims: Claim[] = []
  for (const { proof, signals } of [output, ...output.following]) {
    const claim = claimFrom(proof, signals)
    if (!claim.ok) return claim
    claims.push(claim.value)
  }
  const bound = boundBy(of, output, claims)
  return bound.ok ? pass({ claims, isBound: bound.value, output }) : bound
}

/** Whether the signals tie the proofs to what is asked; refuses those that say something else. */
function boundBy(of: ProofCase, output: ProofOutput, claims: readonly Claim[]): Outcome<boolean> {
  const { task, holder, receipt, key } = of
  const all = claims.map(({ signals }) => signals)
  if (task.task_type === 'wasm_execution') {
    const call = provableCall(task, of.module, of.parameters)
    if (!call.ok) return call
    const context = executionContext(holder, task, key.digest, output.values ?? [])
    const shown = checkExecution(call.value, context, output.values, all)
    return shown.ok ? pass(true) : shown
  }
  const [signals] = all
  if (task.task_type !== 'zk_proof' || signals === undefined || all.length > 1) {
    return refuse('INVALID', 'a statement has one proof')
  }
  const layout = layoutOf(of.publicOrder, task.inputs.public_inputs, signals.length)
  if (!layout.ok) return layout
  const { contextAt, inputs } = layout.value
  const other = inputs.find(({ at, value }) => signals[at] !== value)
  if (other !== undefined) {
    return refuse('ZK_PROOF_INVALID', `signal ${other.at} is not the public input of the task`)
  }
  if (contextAt === null) return pass(false)
  const statement = { key: key.digest, signals, contextAt, values: output.values }
  if (signals[contextAt] === proofContext(holder, receipt.input, statement)) return pass(true)
  return refuse('ZK_PROOF_INVALID', 'the proof was made for another task, node, lease or result')
}

/** All of it, for one output. */
export function checkProofOutput(of: ProofCase): Outcome<OpenClaims> {
  const opened = openProofOutput(of)
  if (!opened.ok) return opened
  for (const claim of opened.value.claims) {
    const verdict = verify(of.key, claim)
    if (!verdict.ok) return verdict
  }
  return opened
}

/** The circuit that has to prove a task's result; null for a task that wants no proof. */
export function circuitOf({ task_type, inputs }: TaskSpec): Circuit | null {
  if (task_type === 'zk_proof') return inputs.circuit
  return task_type === 'wasm_execution' ? (inputs.proof ?? null) : null
}

/** The public inputs of a circuit in order: the submitter's word for their own. */
export function publicOrderOf(
  circuit: Circuit,
  catalogued: (name: string) => readonly string[] | null,
): Outcome<readonly string[]> {
  if (circuit.from === 'files') return pass(circuit.public_order)
  const order = catalogued(circuit.name)
  return order === null ? refuse('NOT_FOUND', `there is no circuit ${circuit.name}`) : pass(order)
}

function outputFrom(bytes: Uint8Array): Outcome<ProofOutput> {
  if (bytes.length > proofOutputBytesMax) return refuse('TOO_LARGE', 'no proof is as large as that')
  return parseJsonText(ProofOutput, new TextDecoder().decode(bytes), proofOutputBytesMax)
}

/** The bytes that a node hands in. */
export function encodeProofOutput(output: ProofOutput): Uint8Array {
  return new TextEncoder().encode(`${JSON.stringify(output)}\n`)
}
