// What was built, by hash, so that a stranger can build it again and compare, and so that a file
// that was fetched can be checked. Constraints and witness generator come out the same each time;
// keys do not, since secrets went into them that nobody kept.
import { Digest } from '@vcp/protocol'
import * as z from 'zod'
import { variantNames } from '../circuits/definition.ts'

const Count = z.int().min(0)

export const BuiltVariant = z.strictObject({
  parameters: z.array(Count).max(16),
  constraints: Count,
  public_signals: Count,
  /** Of the sources with everything generated. */
  sources: Digest,
  r1cs: Digest,
  witness_generator: Digest,
  proving_key: Digest,
  proving_key_bytes: Count,
  /** As `vcp proof verify` and receipts name the key. */
  verification_key: Digest,
  /** Null where the key was worked out from secrets, without powers of tau. */
  powers_of_tau: Digest.nullable(),
  contributions: z
    .array(
      z.strictObject({
        kind: z.enum(['contribution', 'beacon']),
        name: z.string().max(256).nullable(),
        transcript: z.string().length(128),
      }),
    )
    .max(1_000),
})
export type BuiltVariant = z.infer<typeof BuiltVariant>

export const CircuitManifest = z.strictObject({
  circuit: z.string().max(64),
  compiler: z.string().max(64),
  /** `development`: whoever built it could have kept the secrets, and could forge. */
  setup: z.enum(['development', 'ceremony']),
  variants: z.record(z.enum(variantNames), BuiltVariant.optional()),
})
export type CircuitManifest = z.infer<typeof CircuitManifest>
