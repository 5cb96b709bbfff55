// The fields of p^6 and p^12 elements: polynomials in v with v^3 = 9 + u, and in w with w^2 = v. As
// in the field below, `wide` is what has not been reduced.
import {
  add2,
  conjugate2,
  inverse2,
  isZero2,
  multiply2,
  negate2,
  one2,
  type Quadratic,
  reduce2,
  subtract2,
  timesXi,
  wideProduct2,
  wideSquare2,
  zero2,
} from './quadratic.ts'

export interface Sextic {
  readonly c0: Quadratic
  readonly c1: Quadratic
  readonly c2: Quadratic
}

export interface Dodecic {
  readonly c0: Sextic
  readonly c1: Sextic
}

const zero6: Sextic = { c0: zero2, c1: zero2, c2: zero2 }
const one6: Sextic = { c0: one2, c1: zero2, c2: zero2 }
export const one12: Dodecic = { c0: one6, c1: zero6 }

export function add6(a: Sextic, b: Sextic): Sextic {
  return { c0: add2(a.c0, b.c0), c1: add2(a.c1, b.c1), c2: add2(a.c2, b.c2) }
}

export function subtract6(a: Sextic, b: Sextic): Sextic {
  return { c0: subtract2(a.c0, b.c0), c1: subtract2(a.c1, b.c1), c2: subtract2(a.c2, b.c2) }
}

function negate6({ c0, c1, c2 }: Sextic): Sextic {
  return { c0: negate2(c0), c1: negate2(c1), c2: negate2(c2) }
}

export function reduce6({ c0, c1, c2 }: Sextic): Sextic {
  return { c0: reduce2(c0), c1: reduce2(c1), c2: reduce2(c2) }
}

export function timesV({ c0, c1, c2 }: Sextic): Sextic {
  return { c0: timesXi(c2), c1: c0, c2: c1 }
}

/** Karatsuba's six products instead of nine. */
function wideProduct6(a: Sextic, b: Sextic): Sextic {
  const t0 = wideProduct2(a.c0, b.c0)
  const t1 = wideProduct2(a.c1, b.c1)
  const t2 = wideProduct2(a.c2, b.c2)
  const t12 = wideProduct2(add2(a.c1, a.c2), add2(b.c1, b.c2))
  const t01 = wideProduct2(add2(a.c0, a.c1), add2(b.c0, b.c1))
  const t02 = wideProduct2(add2(a.c0, a.c2), add2(b.c0, b.c2))
  return {
    c0: add2(t0, timesXi(subtract2(subtract2(t12, t1), t2))),
    c1: add2(subtract2(subtract2(t01, t0), t1), timesXi(t2)),
    c2: add2(subtract2(subtract2(t02, t0), t2), t1),
  }
}

function multiply6(a: Sextic, b: Sextic): Sextic {
  return reduce6(wideProduct6(a, b))
}

function inverse6({ c0, c1, c2 }: Sextic): Sextic {
  const t0 = reduce2(subtract2(wideSquare2(c0), timesXi(wideProduct2(c1, c2))))
  const t1 = reduce2(subtract2(timesXi(wideSquare2(c2)), wideProduct2(c0, c1)))
  const t2 = reduce2(subtract2(wideSquare2(c1), wideProduct2(c0, c2)))
  const rest = timesXi(add2(wideProduct2(c2, t1), wideProduct2(c1, t2)))
  const norm = inverse2(reduce2(add2(wideProduct2(c0, t0), rest)))
  return { c0: multiply2(t0, norm), c1: multiply2(t1, norm), c2: multiply2(t2, norm) }
}

export function multiply12(a: Dodecic, b: Dodecic): Dodecic {
  const t0 = wideProduct6(a.c0, b.c0)
  const t1 = wideProduct6(a.c1, b.c1)
  const cross = wideProduct6(add6(a.c0, a.c1), add6(b.c0, b.c1))
  return { c0: reduce6(add6(t0, timesV(t1))), c1: reduce6(subtract6(subtract6(cross, t0), t1)) }
}

/** (c0 + c1)(c0 + v c1) holds both squares and (1 + v) c0 c1: two products in all. */
export function square12({ c0, c1 }: Dodecic): Dodecic {
  const cross = wideProduct6(c0, c1)
  const both = wideProduct6(add6(c0, c1), add6(c0, timesV(c1)))
  return {
    c0: reduce6(subtract6(subtract6(both, cross), timesV(cross))),
    c1: reduce6(add6(cross, cross)),
  }
}

/** The power p^6. Of an element whose norm to the field below is 1 it is the inverse. */
export function conjugate12({ c0, c1 }: Dodecic): Dodecic {
  return { c0, c1: negate6(c1) }
}

export function inverse12({ c0, c1 }: Dodecic): Dodecic {
  const norm = reduce6(subtract6(wideProduct6(c0, c0), timesV(wideProduct6(c1, c1))))
  const factor = inverse6(norm)
  return { c0: multiply6(c0, factor), c1: negate6(multiply6(c1, factor)) }
}

export function isOne12({ c0, c1 }: Dodecic): boolean {
  const rest = [subtract2(c0.c0, one2), c0.c1, c0.c2, c1.c0, c1.c1, c1.c2]
  return rest.every(isZero2)
}

/** The factors of the Frobenius map, for each power of w. */
export type FrobeniusFactors = readonly Quadratic[]

/** The power p^n, n odd if `isOdd`, with factors (9 + u)^(k (p^n - 1) / 6) for k from 0 to 5. */
export function frobenius12(
  { c0, c1 }: Dodecic,
  factors: FrobeniusFactors,
  isOdd: boolean,
): Dodecic {
  const part = (value: Quadratic, k: number) =>
    multiply2(isOdd ? conjugate2(value) : value, factors[k]!)
  return {
    c0: { c0: part(c0.c0, 0), c1: part(c0.c1, 2), c2: part(c0.c2, 4) },
    c1: { c0: part(c1.c0, 1), c1: part(c1.c1, 3), c2: part(c1.c2, 5) },
  }
}
