// The field of p^2 elements: c0 + c1 u with u^2 = -1. What is called `wide` is not reduced: sums of
// wide elements are reduced together.
import type { Inverting } from '../field/prime-field.ts'
import { inverse, coordinateModulus as p } from './base-field.ts'

export interface Quadratic {
  readonly c0: bigint
  readonly c1: bigint
}

export const zero2: Quadratic = { c0: 0n, c1: 0n }
export const one2: Quadratic = { c0: 1n, c1: 0n }

export function add2(a: Quadratic, b: Quadratic): Quadratic {
  return { c0: a.c0 + b.c0, c1: a.c1 + b.c1 }
}

export function subtract2(a: Quadratic, b: Quadratic): Quadratic {
  return { c0: a.c0 - b.c0, c1: a.c1 - b.c1 }
}

export function negate2(a: Quadratic): Quadratic {
  return { c0: -a.c0, c1: -a.c1 }
}

export function conjugate2(a: Quadratic): Quadratic {
  return { c0: a.c0, c1: -a.c1 }
}

export function reduce2(wide: Quadratic): Quadratic {
  return { c0: wide.c0 % p, c1: wide.c1 % p }
}

/** Four products: Karatsuba's three cost as much, for their sums. */
export function wideProduct2(a: Quadratic, b: Quadratic): Quadratic {
  return { c0: a.c0 * b.c0 - a.c1 * b.c1, c1: a.c0 * b.c1 + a.c1 * b.c0 }
}

export function wideSquare2({ c0, c1 }: Quadratic): Quadratic {
  return { c0: (c0 + c1) * (c0 - c1), c1: (c0 + c0) * c1 }
}

export function multiply2(a: Quadratic, b: Quadratic): Quadratic {
  return reduce2(wideProduct2(a, b))
}

export function square2(a: Quadratic): Quadratic {
  return reduce2(wideSquare2(a))
}

export function scale2(a: Quadratic, factor: bigint): Quadratic {
  return { c0: (a.c0 * factor) % p, c1: (a.c1 * factor) % p }
}

/** Times 9 + u, which has no square and no cube root here: the fields above are made with it. */
export function timesXi({ c0, c1 }: Quadratic): Quadratic {
  return { c0: 9n * c0 - c1, c1: 9n * c1 + c0 }
}

export function inverse2({ c0, c1 }: Quadratic): Quadratic {
  const norm = inverse(c0 * c0 + c1 * c1)
  return { c0: (c0 * norm) % p, c1: (-c1 * norm) % p }
}

export function isZero2({ c0, c1 }: Quadratic): boolean {
  return c0 % p === 0n && c1 % p === 0n
}

export function power2(base: Quadratic, exponent: bigint): Quadratic {
  let result = one2
  let square = base
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if ((rest & 1n) === 1n) result = multiply2(result, square)
    square = square2(square)
  }
  return result
}

export const quadraticField: Inverting<Quadratic> = {
  one: one2,
  multiply: multiply2,
  inverse: inverse2,
}
