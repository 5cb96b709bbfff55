// Lagrange bases at a number that is known, which nobody knows in a ceremony.
import {
  invert,
  invertAll,
  power,
  reduce,
  rootOfUnity,
  scalarModulus,
} from '../field/scalar-field.ts'

export function powersOf(base: bigint, count: number): bigint[] {
  const powers = [1n]
  while (powers.length < count) powers.push((powers.at(-1)! * base) % scalarModulus)
  return powers
}

/** L_i(tau) = (tau^n - 1) w^i / (n (tau - w^i)), with w the root of unity of order n = 2^log2. */
export function lagrange(log2: number, tau: bigint): bigint[] {
  const n = 2 ** log2
  const roots = powersOf(rootOfUnity(log2), n)
  const inverses = invertAll(roots.map((root) => reduce((tau - root) * BigInt(n))))
  const vanishing = reduce(power(tau, BigInt(n)) - 1n)
  return roots.map(
    (root, i) => (((vanishing * root) % scalarModulus) * inverses[i]!) % scalarModulus,
  )
}

/**
 * The level above the last of a file of powers, of which tau^(n-1) is missing: there are only n - 1
 * powers. L_i = 1/n sum over j of w^(-ij) tau^j, so the missing term is w^i tau^(n-1) / n.
 */
export function truncatedLevel(log2: number, tau: bigint): bigint[] {
  const n = 2 ** log2
  const roots = powersOf(rootOfUnity(log2), n)
  const last = (power(tau, BigInt(n - 1)) * invert(BigInt(n))) % scalarModulus
  return lagrange(log2, tau).map((value, i) => reduce(value - last * roots[i]!))
}
