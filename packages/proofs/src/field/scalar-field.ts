// The field that circuits over BN254 compute in: integers modulo the order of the curve's groups.
import { type Inverting, inverseModulo, inverses, leastOf } from './prime-field.ts'

/** The prime r: a public input, a witness value and a hash are each below it. */
export const scalarModulus =
  21888242871839275222246405745257275088548364400416034343698204186575808495617n

/** The value modulo r, never negative. */
export function reduce(value: bigint): bigint {
  return leastOf(value, scalarModulus)
}

export function power(base: bigint, exponent: bigint): bigint {
  let result = 1n
  let square = reduce(base)
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if ((rest & 1n) === 1n) result = (result * square) % scalarModulus
    square = (square * square) % scalarModulus
  }
  return result
}

/** The inverse; there is none of 0, and asking for it is a bug. */
export function invert(value: bigint): bigint {
  return reduce(inverseModulo(value, scalarModulus))
}

/** The inverses of many values. */
export function invertAll(values: readonly bigint[]): bigint[] {
  return inverses(scalarField, values)
}

const scalarField: Inverting<bigint> = {
  one: 1n,
  multiply: (first, second) => (first * second) % scalarModulus,
  inverse: invert,
}

/** A generator of the subgroup of order 2^28, the largest power of two that divides r - 1. */
const rootOfOrder28 = power(5n, (scalarModulus - 1n) >> 28n)

/** The root of unity whose powers are the domain of 2^log2 rows. */
export function rootOfUnity(log2: number): bigint {
  if (log2 < 0 || log2 > 28) throw new RangeError(`no domain of 2^${log2} rows`)
  return power(rootOfOrder28, 1n << BigInt(28 - log2))
}
