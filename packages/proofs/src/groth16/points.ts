// Points of BN254 from numbers that nobody has checked yet. A point is taken only if its
// coordinates are below the field's modulus, it lies on the curve, in the subgroup of order r, and
// is not the point at infinity, which would make its factor vanish from the equation.
import type { WeierstrassPoint } from '@noble/curves/abstract/weierstrass.js'
import { bn254 } from '@noble/curves/bn254.js'
import { type Outcome, pass, refuse } from '@vcp/protocol'
import * as z from 'zod'
import { scalarModulus } from '../field/scalar-field.ts'

export const { Fp, Fp2, Fp12 } = bn254.fields
export type Fp2Element = typeof Fp2.ZERO
export type G1Point = WeierstrassPoint<bigint>
export type G2Point = WeierstrassPoint<Fp2Element>
export const G1 = bn254.G1.Point
export const G2 = bn254.G2.Point

/** The modulus of coordinates, which is larger than that of scalars. */
export const coordinateModulus = Fp.ORDER

/** A number below 2^256 as snarkjs writes it, in its one decimal spelling. */
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

export function g2FromJson([x, y]: z.infer<typeof G2Json>, what: string): Outcome<G2Point> {
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

export function g1Point(x: bigint, y: bigint, what: string): Outcome<G1Point> {
  if (![x, y].every(isCoordinate)) return refused(what, 'a coordinate is not below the modulus')
  if (!Fp.eql(Fp.sqr(y), Fp.add(Fp.mul(Fp.sqr(x), x), 3n))) {
    return refused(what, 'the point is not on the curve')
  }
  return pass(G1.fromAffine({ x, y })) // the curve's order is prime: every point is in the group
}

export function g2Point(x: Fp2Element, y: Fp2Element, what: string): Outcome<G2Point> {
  if (![x.c0, x.c1, y.c0, y.c1].every(isCoordinate)) {
    return refused(what, 'a coordinate is not below the modulus')
  }
  if (!Fp2.eql(Fp2.sqr(y), Fp2.add(Fp2.mul(Fp2.sqr(x), x), twistB))) {
    return refused(what, 'the point is not on the curve')
  }
  const point = G2.fromAffine({ x, y })
  if (!isInSubgroup(point)) return refused(what, 'the point is outside the subgroup')
  return pass(point)
}

/** Field elements from decimals; refuses what is not below r. */
export function scalarsFrom(values: readonly Decimal[], what: string): Outcome<bigint[]> {
  const scalars = values.map(BigInt)
  const at = scalars.findIndex((value) => value >= scalarModulus)
  return at === -1 ? pass(scalars) : refused(`${what} ${at}`, 'it is not below the modulus')
}

/** 3 / (9 + u), the constant of the twist. */
export const twistB = Fp2.div({ c0: 3n, c1: 0n }, { c0: 9n, c1: 1n })

function isCoordinate(value: bigint): boolean {
  return value >= 0n && value < coordinateModulus
}

/** 6x^2 of the curve's parameter x: the eigenvalue of the Frobenius on the subgroup. */
const eigenvalue = 6n * 4965661367192848881n ** 2n
const frobeniusX = Fp2.pow({ c0: 9n, c1: 1n }, (coordinateModulus - 1n) / 3n)
const frobeniusY = Fp2.pow({ c0: 9n, c1: 1n }, (coordinateModulus - 1n) / 2n)

/**
 * Scott, "A note on group membership tests" (2021): on a BN curve a point of the twist is in the
 * subgroup if and only if the untwisted Frobenius multiplies it by 6x^2, half the bits of r.
 */
export function isInSubgroup(point: G2Point): boolean {
  const { x, y } = point.toAffine()
  const image = G2.fromAffine({
    x: Fp2.mul(conjugate(x), frobeniusX),
    y: Fp2.mul(conjugate(y), frobeniusY),
  })
  return image.equals(point.multiplyUnsafe(eigenvalue))
}

function conjugate({ c0, c1 }: Fp2Element): Fp2Element {
  return Fp2.create({ c0, c1: Fp.neg(c1) })
}

function refused(what: string, reason: string) {
  return refuse('ZK_PROOF_INVALID', `${what}: ${reason}`)
}
