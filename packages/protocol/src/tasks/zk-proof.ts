import * as z from 'zod'
import { Cid } from '../ids.ts'
import { BoundedObject } from '../json.ts'
import { taskBase } from './requirements.ts'

/** A circuit that comes with vcp, by name, or the submitter's own, by its files. */
const Circuit = z.discriminatedUnion('from', [
  z.strictObject({
    from: z.literal('catalogue'),
    name: z
      .string()
      .min(1)
      .max(64)
      .regex(/^[a-z0-9-]+$/),
  }),
  z.strictObject({
    from: z.literal('files'),
    r1cs: Cid,
    proving_key: Cid,
    verification_key: Cid,
    witness_generator: Cid,
  }),
])

/** Makes a Groth16 proof; the coordinator verifies it with the verification key alone. */
export const ZkProof = z.strictObject({
  task_type: z.literal('zk_proof'),
  inputs: z.strictObject({
    circuit: Circuit,
    public_inputs: BoundedObject,
    /** Private inputs: a blob, which may be sealed to one node's key. */
    private_inputs: Cid.nullable().default(null),
  }),
  ...taskBase,
})
export type ZkProof = z.infer<typeof ZkProof>
