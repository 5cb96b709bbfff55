import type { CircuitInput } from '@vcp/proofs'
import * as z from 'zod'

const InputValue: z.ZodType<CircuitInput[string]> = z.union([
  z.string().max(80),
  z.array(z.lazy(() => InputValue)),
])

/** Values by the names of a circuit's inputs: decimals in texts, lists of them to any depth. */
export const CircuitInputJson: z.ZodType<CircuitInput> = z.record(z.string(), InputValue)
