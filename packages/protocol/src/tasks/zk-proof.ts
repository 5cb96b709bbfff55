import * as z from 'zod'
import { Cid, PeerId } from '../ids.ts'
import { BoundedObject } from '../json.ts'
import { limits } from '../limits.ts'
import { Circuit, contextSignal } from './circuit.ts'
import { taskBase } from './requirements.ts'

export const ProofLimits = z.strictObject({
  /** Of each process that works on it; a node that has less declines. */
  memory_mb: z.int().min(64).max(limits.proofMemoryMbMax).default(1_024),
})

/** Makes a Groth16 proof; the coordinator verifies it with the verification key alone. */
export const ZkProof = z.strictObject({
  task_type: z.literal('zk_proof'),
  inputs: z.strictObject({
    circuit: Circuit,
    /** By the names of the circuit's public inputs: numbers as decimals, and lists of them. */
    public_inputs: BoundedObject.refine(
      (inputs) => !Object.hasOwn(inputs, contextSignal),
      `${contextSignal} is for the node to fill in`,
    ),
    /** Private inputs in the same form: a blob of JSON, which may be sealed to nodes' keys. */
    private_inputs: Cid.nullable().default(null),
    /** The nodes that `private_inputs` is sealed to: no other is given the task. Empty: all. */
    sealed_to: z.array(PeerId).max(limits.sealedToMax).default([]),
    limits: ProofLimits.prefault({}),
  }),
  ...taskBase,
})
export type ZkProof = z.infer<typeof ZkProof>
