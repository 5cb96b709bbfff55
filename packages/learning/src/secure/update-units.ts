// An update that is to be hidden: its numbers as whole units, in the order in which it is written.
import { type Outcome, pass, refuse } from '@vcp/protocol'
import { defaultFixedPoint } from '../aggregate/fixed-point.ts'
import { readSafetensors } from '../update/safetensors.ts'
import type { SecureUnits } from './round-terms.ts'

/** Of an update as `encodeUpdate` writes it, in fixed point; towards zero where units are coarser,
 *  so that no norm grows. */
export function updateUnits(
  update: Uint8Array,
  { fixedPoint, unitsMax }: SecureUnits,
): Outcome<Int32Array> {
  const file = readSafetensors(update)
  if (!file.ok) return file
  const { tensors } = file.value
  if (tensors.some(({ type }) => type !== 'I32')) {
    return refuse('INVALID', 'an update in another spelling than fixed point cannot be hidden')
  }
  const units = new Int32Array(tensors.reduce((sum, { bytes }) => sum + bytes.length / 4, 0))
  const step = 2 ** (defaultFixedPoint.fractionBits - fixedPoint.fractionBits)
  let at = 0
  for (const { bytes } of tensors) {
    const { buffer, byteOffset, length } = bytes.byteOffset % 4 === 0 ? bytes : bytes.slice()
    const fine = new Int32Array(buffer, byteOffset, length / 4)
    for (let i = 0; i < fine.length; i++) units[at + i] = Math.trunc(fine[i]! / step)
    at += fine.length
  }
  const large = units.find((unit) => Math.abs(unit) > unitsMax)
  if (large === undefined) return pass(units)
  const most = unitsMax / 2 ** fixedPoint.fractionBits
  return refuse('TOO_LARGE', `a number of the update is not within ±${most.toPrecision(4)}`)
}
