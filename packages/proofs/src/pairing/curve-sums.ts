// Points of the curve y^2 = x^3 + 3 and sums of their multiples. Nothing here is secret, so that
// the time it takes may depend on the numbers.
import { inverses } from '../field/prime-field.ts'
import { baseField, coordinateModulus as p } from './base-field.ts'
import { signedDigits } from './curve-parameter.ts'

/** The point (x / z^2, y / z^3); at infinity z is 0. */
export interface CurvePoint {
  readonly x: bigint
  readonly y: bigint
  readonly z: bigint
}

export const infinity: CurvePoint = { x: 1n, y: 1n, z: 0n }

/** A multiple of a point, as one of a sum. */
export interface Term {
  /** What `oddMultiples` makes of the point. */
  readonly multiples: readonly CurvePoint[]
  readonly scalar: bigint
}

/** The point times 1, 3, 5 and so on; how many is a power of two. */
export function oddMultiples(point: CurvePoint, count: number): CurvePoint[] {
  const twice = twiceOf(point)
  const multiples = [point]
  for (let i = 1; i < count; i++) multiples.push(sumOf(multiples[i - 1]!, twice))
  return multiples
}

/** The sum of the multiples, all in one chain of doublings. Scalars are not negative. */
export function sumOfTerms(terms: readonly Term[]): CurvePoint {
  const digits = terms.map(({ multiples, scalar }) =>
    signedDigits(scalar, Math.log2(multiples.length) + 2),
  )
  let sum = infinity
  for (let place = Math.max(0, ...digits.map(({ length }) => length)); place > 0; place--) {
    sum = twiceOf(sum)
    for (const [i, { multiples }] of terms.entries()) {
      const digit = digits[i]![digits[i]!.length - place] ?? 0
      if (digit === 0) continue
      const multiple = multiples[Math.abs(digit) >> 1]!
      sum = sumOf(sum, digit > 0 ? multiple : oppositeOf(multiple))
    }
  }
  return sum
}

export function oppositeOf({ x, y, z }: CurvePoint): CurvePoint {
  return { x, y: -y, z }
}

export function isInfinity({ z }: CurvePoint): boolean {
  return z % p === 0n
}

/** The same points, none at infinity, with 1 as z: cheaper to add. */
export function withUnitZ(points: readonly CurvePoint[]): CurvePoint[] {
  const inverted = inverses(
    baseField,
    points.map(({ z }) => z),
  )
  return points.map(({ x, y }, i) => {
    const inverse = inverted[i]!
    const square = (inverse * inverse) % p
    return { x: (x * square) % p, y: (((y * square) % p) * inverse) % p, z: 1n }
  })
}

export function twiceOf({ x, y, z }: CurvePoint): CurvePoint {
  const yy = (y * y) % p
  const s = (4n * x * yy) % p
  const m = (3n * x * x) % p
  const nextX = (m * m - s - s) % p
  return {
    x: nextX,
    y: (m * (s - nextX) - 8n * yy * yy) % p,
    z: (2n * y * z) % p,
  }
}

export function sumOf(first: CurvePoint, second: CurvePoint): CurvePoint {
  if (isInfinity(first)) return second
  if (isInfinity(second)) return first
  const isUnit = second.z === 1n
  const z1 = (first.z * first.z) % p
  const z2 = isUnit ? 1n : (second.z * second.z) % p
  const u1 = isUnit ? first.x : (first.x * z2) % p
  const s1 = isUnit ? first.y : (((first.y * second.z) % p) * z2) % p
  const h = (second.x * z1 - u1) % p
  const r = (((second.y * first.z) % p) * z1 - s1) % p
  if (h === 0n) return r === 0n ? twiceOf(first) : infinity
  const hh = (h * h) % p
  const hhh = (h * hh) % p
  const v = (u1 * hh) % p
  const x = (r * r - hhh - v - v) % p
  return {
    x,
    y: (r * (v - x) - s1 * hhh) % p,
    z: ((isUnit ? first.z : (first.z * second.z) % p) * h) % p,
  }
}
