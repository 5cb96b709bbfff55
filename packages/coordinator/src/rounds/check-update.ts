// Whether what a node sent is an update of its training at all: the bytes that it signed for, in
// the form that was asked for, with a finite number for each of the model's. Whether it is a good
// one is measured later.
import { decodeUpdate, type Parameter, updateDigest } from '@vcp/learning'
import { type FederatedLearning, type Outcome, pass, refuse, type Update } from '@vcp/protocol'
import { fixedPoint } from './aggregation-spec.ts'

/** Of words under masks nothing can be said but that there is one for each number. */
export function checkWords(
  bytes: Uint8Array,
  { delta_digest: digest }: Pick<Update, 'delta_digest'>,
  numbers: number,
): Outcome<null> {
  if (updateDigest(bytes) !== digest) {
    return refuse('INVALID', 'the words are not those that their digest names')
  }
  if (bytes.length === 4 * numbers) return pass(null)
  return refuse('INVALID', `${bytes.length} bytes came, for ${numbers} words`)
}

export function checkUpdate(
  bytes: Uint8Array,
  { delta_digest: digest }: Pick<Update, 'delta_digest'>,
  parameters: readonly Parameter[],
  { inputs }: Pick<FederatedLearning, 'inputs'>,
): Outcome<null> {
  if (updateDigest(bytes) !== digest) {
    return refuse('INVALID', 'the update is not the one that its digest names')
  }
  const decoded = decodeUpdate(bytes, parameters)
  if (!decoded.ok) return refuse('INVALID', decoded.reason)
  const { format } = decoded.value
  if (format.kind !== inputs.update_format) {
    return refuse('INVALID', `the update is ${format.kind}, and ${inputs.update_format} is asked`)
  }
  const bits = format.kind === 'fixed' ? format.fixedPoint.fractionBits : fixedPoint.fractionBits
  if (bits !== fixedPoint.fractionBits) {
    return refuse('INVALID', `${bits} bits behind the point, and ${fixedPoint.fractionBits} asked`)
  }
  return pass(null)
}
