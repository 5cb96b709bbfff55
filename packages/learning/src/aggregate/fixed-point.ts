// Numbers as whole multiples of a power of two. Sums of whole numbers are exact and do not depend
// on the order in which nodes answer, so any two who add the same updates get the same bytes.
import { type Outcome, pass, refuse } from '@vcp/protocol'

/** `2^-fractionBits` is one unit; a number has at most 31 bits and a sign. */
export interface FixedPoint {
  readonly fractionBits: number
}

/** Reaches to 128, by steps of 6e-8: finer than a float32 at 1. */
export const defaultFixedPoint: FixedPoint = { fractionBits: 24 }

const UNITS_MAX = 2 ** 31 - 1

/** To the nearest unit, halves to even. Refuses what is not finite or out of reach. */
export function toFixedPoint(
  values: Float64Array | Float32Array,
  { fractionBits }: FixedPoint,
  units: Int32Array = new Int32Array(values.length),
): Outcome<Int32Array> {
  const scale = 2 ** fractionBits
  for (let i = 0; i < values.length; i++) {
    const scaled = values[i]! * scale
    if (!(Math.abs(scaled) <= UNITS_MAX)) {
      return refuse('INVALID', `${values[i]} at ${i} is not within ±${UNITS_MAX / scale}`)
    }
    units[i] = nearestEven(scaled)
  }
  return pass(units)
}

function nearestEven(value: number): number {
  const floor = Math.floor(value)
  const rest = value - floor
  if (rest !== 0.5) return rest < 0.5 ? floor : floor + 1
  return floor % 2 === 0 ? floor : floor + 1
}

/** Towards zero, so that no norm grows: the sensitivity that was clipped to stays as it was. */
export function truncatedToFixedPoint(values: Float64Array, { fractionBits }: FixedPoint) {
  const scale = 2 ** fractionBits
  return Int32Array.from(values, (value) => Math.trunc(value * scale))
}
