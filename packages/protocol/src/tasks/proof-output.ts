// What a node hands in for a task that wants a proof: the proof, what it says, and the key that it
// is to be checked with. Its CID is the receipt's output, so that the node has signed all of it.
import * as z from 'zod'
import { Digest, type PeerId } from '../ids.ts'
import { BoundedObject } from '../json.ts'
import { limits } from '../limits.ts'
import type { TaskSpec } from './task.ts'
import { WasmValue } from './wasm-execution.ts'

/** Where the secrets of a key came from. */
export const proofSetups = ['development', 'ceremony', 'unknown'] as const
export const ProofSetup = z.enum(proofSetups)
export type ProofSetup = z.infer<typeof ProofSetup>

/**
 * What a proof is of: a circuit, whose key is at hand, or a whole program, in a receipt of RISC
 * Zero that was made elsewhere. Nodes make the first kind alone.
 */
export const proofKinds = ['groth16-circuit', 'risc0-groth16'] as const
export const ProofKind = z.enum(proofKinds)
export type ProofKind = z.infer<typeof ProofKind>

const Claimed = {
  /** In the JSON of snarkjs. */
  proof: BoundedObject,
  /** Outputs of the circuit, then its public inputs, as decimals. */
  signals: z
    .array(
      z
        .string()
        .max(78)
        .regex(/^(0|[1-9][0-9]*)$/),
    )
    .max(limits.publicSignalsMax),
}

export const ProofOutput = z.strictObject({
  format: z.literal('vcp-proof/1'),
  /** Of the key that it is to be checked with. */
  verification_key: Digest,
  /**
   * `development`: whoever built the key could have kept its secrets, and could forge. `unknown`:
   * the key is the submitter's own.
   */
  setup: ProofSetup,
  ...Claimed,
  /** Of a run that takes several proofs, those after the first, in order. */
  following: z.array(z.strictObject(Claimed)).max(limits.proofSegmentsMax),
  /** What the proved function came to; null for a proof that is a result by itself. */
  values: z.array(WasmValue).max(limits.publicSignalsMax).nullable(),
})
export type ProofOutput = z.infer<typeof ProofOutput>

/** Whether the task's result is judged by its proof, and not by a second run. */
export function wantsProof({ task_type, inputs }: TaskSpec): boolean {
  if (task_type === 'zk_proof') return true
  return task_type === 'wasm_execution' && inputs.proof !== undefined
}

/** Whether a node may have the task: what is sealed to others is of no use to it. */
export function isSealedFrom(peerId: PeerId, { task_type, inputs }: TaskSpec): boolean {
  if (task_type !== 'zk_proof' || inputs.sealed_to.length === 0) return false
  return !inputs.sealed_to.includes(peerId)
}
