// A point of the twist walks to its multiple by 6x + 2 and on by two images of itself, and leaves
// the line of each step: what a pairing needs of it, whatever the other point is.
import { inverses } from '../field/prime-field.ts'
import { coordinateModulus } from './base-field.ts'
import { curveParameter, signedDigits } from './curve-parameter.ts'
import {
  add2,
  conjugate2,
  isZero2,
  multiply2,
  negate2,
  one2,
  power2,
  type Quadratic,
  quadraticField,
  reduce2,
  square2,
  subtract2,
  wideProduct2,
  wideSquare2,
} from './quadratic.ts'

/** A point of the twist y^2 = x^3 + 3 / (9 + u). */
export interface TwistPoint {
  readonly x: Quadratic
  readonly y: Quadratic
}

/** a y + (b x + c v) w, at the point (x, y) of the other curve, up to a factor of no matter. */
export interface Line {
  /** Null is 1. */
  readonly a: Quadratic | null
  readonly b: Quadratic
  readonly c: Quadratic
}

/** The lines of a point, in the order of the walk: factors of the loop's value. */
export type Lines = readonly Line[]

/** Of 6x + 2, the highest first: each but the first a doubling, and unless 0 an addition. */
export const loopDigits = signedDigits(6n * curveParameter + 2n, 2)

/**
 * The lines of a point; null if it is outside the subgroup of order r. The walk has come to
 * (6x + 2) Q + f(Q) - f^2(Q), where f is the Frobenius map of the twist, and in the subgroup that
 * is -f^3(Q). Nowhere else: f is made of 1 and of w, which multiplies x by a cube root of 1, so
 * that the equation is (a + b w) Q = 0. Then a^2 - a b + b^2 is a multiple of the order of Q, and
 * all that it has in common with the order of the whole twist is r (a test computes it). Either
 * coordinate alone would do, since no walk ends where just one is that of -f^3(Q) (the test
 * computes that too); both are compared, so that nothing rests on it. A step that meets its own
 * point leaves z = 0, and no later one changes that.
 */
export function linesOf(point: TwistPoint): Lines | null {
  const lines: Line[] = []
  const once = frobenius(point)
  const twice = frobenius(once)
  const opposite = { x: point.x, y: negate2(point.y) }
  let at: Projective = { ...point, z: one2 }
  for (const digit of loopDigits.slice(1)) {
    at = double(at, lines)
    if (digit !== 0) at = add(at, digit > 0 ? point : opposite, lines)
  }
  at = add(at, once, lines)
  at = add(at, { x: twice.x, y: negate2(twice.y) }, lines)
  const end = frobenius(twice)
  const isThere =
    isZero2(subtract2(wideProduct2(end.x, at.z), at.x)) &&
    isZero2(add2(wideProduct2(end.y, at.z), at.y))
  return isThere && !isZero2(at.z) ? lines : null
}

/** The same lines, divided so that each `a` is 1: less work in the loop, for a point that stays. */
export function withUnitLead(lines: Lines): Lines {
  const leads = inverses(
    quadraticField,
    lines.map(({ a }) => a ?? one2),
  )
  return lines.map(({ b, c }, i) => ({
    a: null,
    b: multiply2(b, leads[i]!),
    c: multiply2(c, leads[i]!),
  }))
}

interface Projective extends TwistPoint {
  readonly z: Quadratic
}

/** Costello, Lange and Naehrig, "Faster pairing computations on curves with high-degree twists". */
function double({ x, y, z }: Projective, lines: Line[]): Projective {
  const yy = square2(y)
  const e = multiply2(square2(z), threeTwistB)
  const f = triple(e)
  const yz = multiply2(y, z)
  const h = add2(yz, yz)
  const xx = square2(x)
  lines.push({ a: h, b: negate2(triple(xx)), c: subtract2(yy, e) })
  const xy = multiply2(x, y)
  const ee = wideSquare2(e)
  const threeEe = triple(ee)
  const quadrupleYy = doubled(doubled(yy))
  return {
    x: multiply2(doubled(xy), subtract2(yy, f)),
    y: reduce2(subtract2(wideSquare2(add2(yy, f)), doubled(doubled(threeEe)))),
    z: multiply2(quadrupleYy, h),
  }
}

function add({ x, y, z }: Projective, point: TwistPoint, lines: Line[]): Projective {
  const theta = reduce2(subtract2(y, wideProduct2(point.y, z)))
  const lambda = reduce2(subtract2(x, wideProduct2(point.x, z)))
  const c = subtract2(wideProduct2(theta, point.x), wideProduct2(lambda, point.y))
  lines.push({ a: lambda, b: negate2(theta), c: reduce2(c) })
  const d = square2(lambda)
  const e = multiply2(lambda, d)
  const g = multiply2(x, d)
  const h = subtract2(add2(e, multiply2(z, square2(theta))), doubled(g))
  return {
    x: multiply2(lambda, h),
    y: reduce2(subtract2(wideProduct2(theta, subtract2(g, h)), wideProduct2(e, y))),
    z: multiply2(z, e),
  }
}

function frobenius({ x, y }: TwistPoint): TwistPoint {
  return { x: multiply2(conjugate2(x), frobeniusX), y: multiply2(conjugate2(y), frobeniusY) }
}

function doubled(value: Quadratic): Quadratic {
  return add2(value, value)
}

function triple(value: Quadratic): Quadratic {
  return add2(doubled(value), value)
}

const xi: Quadratic = { c0: 9n, c1: 1n }
const frobeniusX = power2(xi, (coordinateModulus - 1n) / 3n)
const frobeniusY = power2(xi, (coordinateModulus - 1n) / 2n)

/** 3 / (9 + u), the constant of the twist. */
export const twistB = multiply2({ c0: 3n, c1: 0n }, quadraticField.inverse(xi))
const threeTwistB = triple(twistB)
