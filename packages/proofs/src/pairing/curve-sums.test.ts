import { bn254 } from '@noble/curves/bn254.js'
import { describe, expect, test } from 'vitest'
import { scalarModulus } from '../field/scalar-field.ts'
import { scalars } from '../testing/trapdoor.ts'
import { canonical, inverse } from './base-field.ts'
import {
  type CurvePoint,
  infinity,
  isInfinity,
  oddMultiples,
  oppositeOf,
  sumOf,
  sumOfTerms,
  twiceOf,
  withUnitZ,
} from './curve-sums.ts'

const G1 = bn254.G1.Point
const next = scalars(17)
const base: CurvePoint = { x: 1n, y: 2n, z: 1n }
const edges = [0n, 1n, 2n, 15n, 16n, 17n, 2n ** 64n, 2n ** 128n - 1n, scalarModulus - 1n]

describe('a sum of multiples', () => {
  test.each([1, 2, 4, 8])('is that of @noble/curves with %i odd multiples', (count) => {
    for (const scalar of [...edges, next(), next()]) {
      const multiples = oddMultiples(base, count)
      expect(affine(sumOfTerms([{ multiples, scalar }]))).toEqual(expected(scalar))
    }
  })

  test('of many points is the sum of each multiple alone', () => {
    const logarithms = Array.from({ length: 20 }, next)
    const weights = [...edges, ...Array.from({ length: 11 }, next)]
    const terms = logarithms.map((logarithm, i) => {
      const point = G1.BASE.multiply(logarithm).toAffine()
      return { multiples: oddMultiples({ ...point, z: 1n }, 8), scalar: weights[i]! }
    })
    const total = logarithms.reduce((sum, logarithm, i) => sum + logarithm * weights[i]!, 0n)
    expect(affine(sumOfTerms(terms))).toEqual(expected(total % scalarModulus))
    expect(isInfinity(sumOfTerms([]))).toBe(true)
  })

  test('is infinity where multiples cancel', () => {
    const multiples = oddMultiples(base, 8)
    const opposites = oddMultiples(oppositeOf(base), 4)
    const scalar = next()
    const sum = sumOfTerms([
      { multiples, scalar },
      { multiples: opposites, scalar },
    ])
    expect(isInfinity(sum)).toBe(true)
  })
})

describe('a sum of two points', () => {
  test('is right for equal, opposite and infinite ones, whatever their z', () => {
    const other = twiceOf(twiceOf(base)) // 4, with another z
    const four = withUnitZ([other])[0]!
    expect(four.z).toBe(1n)
    expect(affine(sumOf(other, four))).toEqual(expected(8n))
    expect(affine(sumOf(four, other))).toEqual(expected(8n))
    expect(isInfinity(sumOf(other, oppositeOf(four)))).toBe(true)
    expect(affine(sumOf(infinity, other))).toEqual(expected(4n))
    expect(affine(sumOf(other, infinity))).toEqual(expected(4n))
    expect(isInfinity(twiceOf(infinity))).toBe(true)
    expect(isInfinity(sumOf(infinity, infinity))).toBe(true)
  })
})

function affine(point: CurvePoint) {
  if (isInfinity(point)) return { x: 0n, y: 0n }
  const square = inverse(point.z * point.z)
  const x = canonical(point.x * square)
  return { x, y: canonical(point.y * square * inverse(point.z)) }
}

function expected(scalar: bigint) {
  return G1.BASE.multiplyUnsafe(scalar).toAffine()
}
