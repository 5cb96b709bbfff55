// Points of BN254 from numbers that nobody has checked yet. A point is taken only if its
// coordinates are below the field's modulus, it lies on the curve, in the subgroup of order r, and
// is not the point at infinity, which would make its factor vanish from the equation.
import type { WeierstrassPoint } from '@noble/curves/abstract/weierstrass.js'
import { bn254 } from '@noble/curves/bn254.js'
import { type Outcome, pass, refuse } from '@vcp/protocol'
import * as z from 'zod'
import { coordinateModulus } from '../pairing/base-field.ts'
import type { CurvePoint } from '../pairing/curve-sums.ts'
import { type Lines, linesOf, twistB } from '../pairing/lines.ts'
import { add2, isZero2, multiply2, square2, subtract2 } from '../pairing/quadratic.ts'

export const { Fp, Fp2 } = bn254.fields
export type Fp2Element = typeof Fp2.ZERO
export type G1Point = WeierstrassPoint<bigint>
export type G2Point = WeierstrassPoint<Fp2Element>
export const G1 = bn254.G1.Point
export const G2 = bn254.G2.Point

/** A point of the twist and its lines, which only a point of the subgroup has. */
export interface PairingPoint {
  readonly point: G2Point
  readonly lines: Lines
}

/** A number as snarkjs writes it, in its one decimal spelling; the moduli have 77 digits. */
export const Decimal = z
  .string()
  .max(77)
  .regex(/^(0|[1-9][0-9]*)$/)
export type Decimal = z.infer<typeof Decimal>

/** As snarkjs writes points: projective, of which only `1` as last coordinate is taken. */
export const G1Json = z.tuple([Decimal, Decimal, z.literal('1')])
const Pair = z.tuple([Decimal, Decimal])
export const G2Json = z.tuple([Pair, Pair, z.tuple([z.literal('1'), z.literal('0')])])

export function g1FromJson([x, y]: z.infer<typeof G1Json>, what: string): Outcome<G1Point> {
  return g1Point(BigInt(x), BigInt(y), what)
}

export function g2FromJson([x, y]: z.infer<typeof G2Json>, what: string): Outcome<PairingPoint> {
  return g2Point(
    { c0: BigInt(x[0]), c1: BigInt(x[1]) },
    { c0: BigInt(y[0]), c1: BigInt(y[1]) },
    what,
  )
}

export function g1ToJson(point: G1Point): z.infer<typeof G1Json> {
  const { x, y } = point.toAffine()
  return [x.toString(), y.toString(), '1']
}

export function g2ToJson(point: G2Point): z.infer<typeof G2Json> {
  const { x, y } = point.toAffine()
  return [
    [x.c0.toString(), x.c1.toString()],
    [y.c0.toString(), y.c1.toString()],
    ['1', '0'],
  ]
}

/** As sums and loops take points. */
export function curvePoint(point: G1Point): CurvePoint {
  return { ...point.toAffine(), z: 1n }
}

export function g1Point(x: bigint, y: bigint, what: string): Outcome<G1Point> {
  if (![x, y].every(isCoordinate)) return refused(what, 'a coordinate is not below the modulus')
  if (!Fp.eql(Fp.sqr(y), Fp.add(Fp.mul(Fp.sqr(x), x), 3n))) {
    return refused(what, 'the point is not on the curve')
  }
  return pass(G1.fromAffine({ x, y })) // the curve's order is prime: every point is in the group
}

export function g2Point(x: Fp2Element, y: Fp2Element, what: string): Outcome<PairingPoint> {
  if (![x.c0, x.c1, y.c0, y.c1].every(isCoordinate)) {
    return refused(what, 'a coordinate is not below the modulus')
  }
  const cube = multiply2(square2(x), x)
  if (!isZero2(subtract2(square2(y), add2(cube, twistB)))) {
    return refused(what, 'the point is not on the curve')
  }
  const lines = linesOf({ x, y })
  if (lines === null) return refused(what, 'the point is outside the subgroup')
  return pass({ point: G2.fromAffine({ x, y }), lines })
}

function isCoordinate(value: bigint): boolean {
  return value >= 0n && value < coordinateModulus
}

function refused(what: string, reason: string) {
  return refuse('ZK_PROOF_INVALID', `${what}: ${reason}`)
}
