// An update of bounded length. What bounds it is the length of the numbers that are sent, rounding
// included: whoever accounts for the sum goes by that.
import { type Outcome, pass, refuse } from '@vcp/protocol'
import {
  decodeUpdate,
  encodeUpdate,
  type Parameter,
  type UpdateFormat,
  valuesOf,
} from './update-codec.ts'

/** Rounding of a scaled update may pass the bound again, by less each time. */
const TRIES = 4
/** Short of the bound, so that a rounding or two has room. */
const SHORT = 1 - 1e-6

export function clippedUpdate(
  { format, clipNorm }: { readonly format: UpdateFormat; readonly clipNorm: number | null },
  layout: readonly Parameter[],
  change: Float64Array,
): Outcome<Uint8Array> {
  let values = change
  for (let tries = 0; tries < TRIES; tries++) {
    const encoded = encodeUpdate(format, layout, values)
    if (!encoded.ok || clipNorm === null) return encoded
    const sent = decodeUpdate(encoded.value, layout)
    if (!sent.ok) return sent
    const norm = lengthOf(valuesOf(sent.value))
    if (norm <= clipNorm) return pass(encoded.value)
    const scale = (clipNorm / norm) * SHORT
    values = values.map((value) => value * scale)
  }
  return refuse('INVALID', `the update cannot be written within a length of ${clipNorm}`)
}

function lengthOf(values: Float64Array): number {
  let sum = 0
  for (const value of values) sum += value * value
  return Math.sqrt(sum)
}
