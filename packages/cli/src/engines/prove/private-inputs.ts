import type { CircuitInput } from '@vcp/proofs'
import { type Outcome, pass, refuse } from '@vcp/protocol'
import { CircuitInputJson } from '../../proof/circuit-input.ts'

/** The private inputs in a blob, which may have been sealed. */
export function privateInputsIn(
  blob: Uint8Array,
  unseal: ((box: Uint8Array) => Outcome<Uint8Array>) | null,
): Outcome<CircuitInput> {
  const opened = unseal === null ? pass(blob) : unseal(blob)
  if (!opened.ok) return opened
  try {
    const read = CircuitInputJson.safeParse(JSON.parse(new TextDecoder().decode(opened.value)))
    return read.success ? pass(read.data) : refuse('INVALID', notInputs)
  } catch {
    return refuse('INVALID', notInputs)
  }
}

const notInputs = 'the private inputs are not an object of numbers as texts, and lists of them'
