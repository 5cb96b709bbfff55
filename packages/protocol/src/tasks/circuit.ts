import * as z from 'zod'
import { Cid, Digest } from '../ids.ts'
import { limits } from '../limits.ts'

/** As circom names signals. */
const SignalName = z
  .string()
  .min(1)
  .max(64)
  .regex(/^[A-Za-z_$][A-Za-z0-9_$]*$/)

/** A circuit that comes with vcp, by name and key. */
export const CatalogueCircuit = z.strictObject({
  from: z.literal('catalogue'),
  name: z
    .string()
    .min(1)
    .max(64)
    .regex(/^[a-z0-9-]+$/),
  /** A circuit has a key for each size and each setup: this says which is meant. */
  verification_key: Digest,
})
export type CatalogueCircuit = z.infer<typeof CatalogueCircuit>

/** The submitter's own, by its files. */
export const CircuitFiles = z.strictObject({
  from: z.literal('files'),
  r1cs: Cid,
  proving_key: Cid,
  verification_key: Cid,
  witness_generator: Cid,
  /**
   * The names of its public inputs, in the order in which the template declares them. Where one is
   * `context`, the node puts there what ties a proof to task, node and result.
   */
  public_order: z
    .array(SignalName)
    .max(limits.publicSignalsMax)
    .refine((names) => new Set(names).size === names.length, 'a name stands there twice'),
})
export type CircuitFiles = z.infer<typeof CircuitFiles>

export const Circuit = z.discriminatedUnion('from', [CatalogueCircuit, CircuitFiles])
export type Circuit = z.infer<typeof Circuit>

/** The name of the public input that a node fills in. */
export const contextSignal = 'context'
