// The field that coordinates are in: integers modulo p. A number stands for its class, whatever its
// size and sign; `canonical` gives the one that is written. Reducing costs more than twice what
// multiplying does, so that sums of products are reduced once, as sums.
import { type Inverting, inverseModulo, leastOf } from '../field/prime-field.ts'

/** The prime p, which is larger than the modulus of scalars. */
export const coordinateModulus =
  21888242871839275222246405745257275088696311157297823662689037894645226208583n

/** The number of the class that is below p and not negative. */
export function canonical(value: bigint): bigint {
  return leastOf(value, coordinateModulus)
}

/** The inverse; there is none of 0, and asking for it is a bug. */
export function inverse(value: bigint): bigint {
  return inverseModulo(value, coordinateModulus)
}

export const baseField: Inverting<bigint> = {
  one: 1n,
  multiply: (first, second) => (first * second) % coordinateModulus,
  inverse,
}
