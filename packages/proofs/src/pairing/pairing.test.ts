import { bn254 } from '@noble/curves/bn254.js'
import { describe, expect, test } from 'vitest'
import { inverses } from '../field/prime-field.ts'
import { scalarModulus } from '../field/scalar-field.ts'
import { scalars } from '../testing/trapdoor.ts'
import { canonical, coordinateModulus, inverse } from './base-field.ts'
import { curveParameter, signedDigits } from './curve-parameter.ts'
import { infinity } from './curve-sums.ts'
import { finalExponentiation, isUnity } from './final-exponentiation.ts'
import { linesOf, twistB, withUnitLead } from './lines.ts'
import { millerLoop } from './miller-loop.ts'
import { inverse2, isZero2, multiply2, quadraticField, subtract2, zero2 } from './quadratic.ts'
import { type Dodecic, isOne12, multiply12, one12, square12 } from './tower.ts'

const { G1, G2, fields } = bn254
const { Fp2 } = fields
const next = scalars(41)

describe('the pairing', () => {
  test('is that of @noble/curves, for random points', () => {
    for (let i = 0; i < 10; i++) {
      const [a, b] = [G1.Point.BASE.multiply(next()), G2.Point.BASE.multiply(next())]
      expect(numbers(paired(a, b))).toEqual(numbers(bn254.pairing(a, b)))
    }
  })

  test('is the same from lines that were divided by their lead', () => {
    const [a, b] = [G1.Point.BASE.multiply(next()), G2.Point.BASE.multiply(next())]
    const lines = withUnitLead(lineList(b))
    expect(lines.every((line) => line.a === null)).toBe(true)
    const value = finalExponentiation(millerLoop([{ point: jacobian(a, 7n), lines }]))
    expect(numbers(value)).toEqual(numbers(paired(a, b)))
  })

  test('is bilinear: products of pairs that cancel are 1, and others are not', () => {
    const [k, b] = [next(), lineList(G2.Point.BASE.multiply(next()))]
    const both = lineList(G2.Point.BASE.multiply(5n))
    const whole = (fifth: bigint) =>
      isUnity(
        millerLoop([
          { point: jacobian(G1.Point.BASE.multiply(k), 3n), lines: both },
          { point: infinity, lines: b },
          {
            point: jacobian(G1.Point.BASE.multiply(fifth), 1n),
            lines: lineList(G2.Point.BASE),
          },
        ]),
      )
    expect(whole(scalarModulus - ((5n * k) % scalarModulus))).toBe(true)
    expect(whole(scalarModulus - ((5n * k + 1n) % scalarModulus))).toBe(false)
  })

  test('of nothing, or of infinity alone, is 1', () => {
    expect(millerLoop([])).toEqual(one12)
    expect(isUnity(millerLoop([{ point: infinity, lines: lineList(G2.Point.BASE) }]))).toBe(true)
  })
})

describe('the lines of a point', () => {
  test('exist for points of the subgroup', () => {
    for (let i = 0; i < 10; i++)
      expect(linesOf(G2.Point.BASE.multiply(next()).toAffine())).not.toBe(null)
  })

  test('do not exist outside it, not even for points of small order', () => {
    const least = 10_069n // a prime that divides the cofactor
    const rest = (scalarModulus * (2n * coordinateModulus - scalarModulus)) / least
    let found = 0
    for (let x = 1n; found < 10; x++) {
      const point = onTwist(x)
      if (point === null) continue
      found++
      expect(linesOf(point)).toBe(null)
      const small = times(G2.Point.fromAffine(point), rest)
      expect(small.is0()).toBe(false)
      expect(times(small, least).is0()).toBe(true)
      const [whole, mixed] = [small, small.add(G2.Point.BASE)].map((each) => each.toAffine())
      expect(linesOf(whole!)).toBe(null)
      expect(linesOf(mixed!)).toBe(null)
    }
  })

  test('do not exist for what is no point, whose walk ends at 0 = 0', () => {
    expect(linesOf({ x: zero2, y: zero2 })).toBe(null)
  })

  test('exist nowhere else, since the equation they are held to has no other solution', () => {
    const [x, p, r] = [curveParameter, coordinateModulus, scalarModulus]
    const trace = 6n * x * x + 1n
    const order = r * (2n * p - r) // of the twist
    expect(p + 1n - trace).toBe(r)
    // f = (trace + v (1 + 2 w)) / 2, where w is a cube root of 1: both are maps of the twist.
    const v = 6n * x * x + 4n * x + 1n
    const f: Eisenstein = [(trace + v) / 2n, v]
    const square = product(f, f)
    expect(sum(square, [-trace * f[0] + p, -trace * f[1]])).toEqual([0n, 0n])
    const walk = sum(sum([6n * x + 2n, 0n], f), product([-1n, 0n], square))
    const endsAt = (unit: Eisenstein) => {
      const [a, b] = sum(walk, product(unit, product(f, square)))
      return divisor(a * a - a * b + b * b, order)
    }
    expect(endsAt([1n, 0n])).toBe(r)
    // With -1 for a unit x would be the same, with a cube root of 1 y.
    for (const unit of [
      [-1n, 0n],
      [0n, 1n],
      [-1n, -1n],
    ] as const)
      expect(endsAt(unit)).toBe(1n)
  })
})

describe('the fields', () => {
  test('invert, one and many', () => {
    const values = Array.from({ length: 9 }, (_, i) => ({ c0: BigInt(i) - 4n, c1: BigInt(i) }))
    for (const [i, found] of inverses(quadraticField, values).entries()) {
      expect(isZero2(subtract2(multiply2(found, values[i]!), quadraticField.one))).toBe(true)
      expect(isZero2(subtract2(found, inverse2(values[i]!)))).toBe(true)
    }
    expect(() => inverse(coordinateModulus)).toThrow(RangeError)
    expect(inverses(quadraticField, [])).toEqual([])
  })

  test('take nothing but 1 for 1, whatever its size and sign', () => {
    const p = coordinateModulus
    const shifted = { ...one12, c0: { ...one12.c0, c0: { c0: 1n - p, c1: 5n * p } } }
    expect(isOne12(shifted)).toBe(true)
    for (const half of ['c0', 'c1'] as const) {
      for (const part of ['c0', 'c1', 'c2'] as const) {
        for (const end of ['c0', 'c1'] as const) {
          const value = one12[half][part]
          const changed = { ...value, [end]: value[end] + 1n }
          const other = { ...one12, [half]: { ...one12[half], [part]: changed } }
          expect(isOne12(other), `${half}.${part}.${end}`).toBe(false)
        }
      }
    }
  })

  test('square as they multiply', () => {
    const value = paired(G1.Point.BASE, G2.Point.BASE)
    expect(numbers(square12(value))).toEqual(numbers(multiply12(value, value)))
    expect(isOne12(multiply12(value, one12))).toBe(false)
  })
})

test.each([2, 4, 5])('digits of width %i add up to the number', (width) => {
  for (const value of [0n, 1n, 7n, 8n, curveParameter, next(), scalarModulus - 1n]) {
    const digits = signedDigits(value, width)
    expect(digits.reduce((sum, digit) => 2n * sum + BigInt(digit), 0n)).toBe(value)
    const isSmall = (digit: number) =>
      digit === 0 || (digit % 2 !== 0 && Math.abs(digit) < 2 ** (width - 1))
    expect(digits.every(isSmall)).toBe(true)
  }
})

function paired(a: typeof G1.Point.BASE, b: typeof G2.Point.BASE): Dodecic {
  return finalExponentiation(millerLoop([{ point: jacobian(a, 1n), lines: lineList(b) }]))
}

function lineList(point: typeof G2.Point.BASE) {
  return linesOf(point.toAffine()) ?? []
}

/** The same point, written with another z. */
function jacobian(point: typeof G1.Point.BASE, z: bigint) {
  const { x, y } = point.toAffine()
  return { x: x * z * z, y: y * z * z * z, z }
}

function numbers({ c0, c1 }: Dodecic): bigint[] {
  return [c0.c0, c0.c1, c0.c2, c1.c0, c1.c1, c1.c2].flatMap((part) => [
    canonical(part.c0),
    canonical(part.c1),
  ])
}

/** Any multiple: that of the library ends at r. */
function times(point: typeof G2.Point.BASE, scalar: bigint) {
  let sum = G2.Point.ZERO
  for (const bit of scalar.toString(2)) {
    sum = sum.double()
    if (bit === '1') sum = sum.add(point)
  }
  return sum
}

/** a + b w, with w^2 = -1 - w. */
type Eisenstein = readonly [a: bigint, b: bigint]

function sum([a, b]: Eisenstein, [c, d]: Eisenstein): Eisenstein {
  return [a + c, b + d]
}

function product([a, b]: Eisenstein, [c, d]: Eisenstein): Eisenstein {
  return [a * c - b * d, a * d + b * c - b * d]
}

function divisor(a: bigint, b: bigint): bigint {
  return b === 0n ? (a < 0n ? -a : a) : divisor(b, a % b)
}

function onTwist(x: bigint) {
  const point = { c0: x, c1: 0n }
  const square = Fp2.add(Fp2.mul(Fp2.sqr(point), point), twistB)
  const half = (coordinateModulus ** 2n - 1n) / 2n
  return Fp2.eql(Fp2.pow(square, half), Fp2.ONE) ? { x: point, y: Fp2.sqrt(square) } : null
}
