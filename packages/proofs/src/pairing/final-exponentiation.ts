// The power (p^12 - 1) / r of what a Miller loop gives, times a number that shares no divisor with
// r, in the way of Fuentes-Castaneda, Knapp and Rodriguez-Henriquez (SAC 2011).
import { coordinateModulus } from './base-field.ts'
import { curveParameter, signedDigits } from './curve-parameter.ts'
import {
  add2,
  power2,
  type Quadratic,
  reduce2,
  subtract2,
  timesXi,
  wideProduct2,
  wideSquare2,
} from './quadratic.ts'
import {
  conjugate12,
  type Dodecic,
  type FrobeniusFactors,
  frobenius12,
  inverse12,
  isOne12,
  multiply12,
  one12,
} from './tower.ts'

/** Whether a product of Miller loops is 1 once it is raised to the last power. */
export function isUnity(product: Dodecic): boolean {
  return isOne12(finalExponentiation(product))
}

export function finalExponentiation(product: Dodecic): Dodecic {
  const unitary = multiply12(conjugate12(product), inverse12(product)) // p^6 - 1
  const base = multiply12(frobenius12(unitary, second, false), unitary) // p^2 + 1
  const x2 = squareUnitary(powerX(base))
  const x6 = multiply12(squareUnitary(x2), x2)
  const xx6 = powerX(x6)
  const xxx12 = powerX(squareUnitary(xx6))
  const a = multiply12(multiply12(xxx12, xx6), x6)
  const b = multiply12(a, conjugate12(x2))
  const ones = multiply12(multiply12(a, xx6), base)
  const thirds = frobenius12(multiply12(b, conjugate12(base)), third, true)
  return multiply12(
    multiply12(ones, frobenius12(b, first, true)),
    multiply12(frobenius12(a, second, false), thirds),
  )
}

/** The power x of the curve's parameter, of an element that the easy part has made unitary. */
function powerX(base: Dodecic): Dodecic {
  const square = squareUnitary(base)
  const odd = [base] // 1, 3, 5, 7
  for (let i = 1; i < 4; i++) odd.push(multiply12(odd[i - 1]!, square))
  let result = one12
  for (const digit of parameterDigits) {
    result = squareUnitary(result)
    if (digit === 0) continue
    const power = odd[Math.abs(digit) >> 1]!
    result = multiply12(result, digit > 0 ? power : conjugate12(power))
  }
  return result
}

const parameterDigits = signedDigits(curveParameter, 4)

/** Granger and Scott, "Faster squaring in the cyclotomic subgroup" (2010): half of a square. */
function squareUnitary({ c0, c1 }: Dodecic): Dodecic {
  const t0 = add2(timesXi(wideSquare2(c1.c1)), wideSquare2(c0.c0))
  const t1 = add2(timesXi(wideSquare2(c0.c2)), wideSquare2(c1.c0))
  const t2 = add2(timesXi(wideSquare2(c1.c2)), wideSquare2(c0.c1))
  const t3 = timesXi(wideProduct2(c1.c2, c0.c1))
  const t4 = wideProduct2(c1.c1, c0.c0)
  const t5 = wideProduct2(c0.c2, c1.c0)
  return {
    c0: { c0: less(t0, c0.c0), c1: less(t1, c0.c1), c2: less(t2, c0.c2) },
    c1: { c0: more(t3, c1.c0), c1: more(t4, c1.c1), c2: more(t5, c1.c2) },
  }
}

/** 3 wide - 2 value. */
function less(wide: Quadratic, value: Quadratic): Quadratic {
  const difference = subtract2(wide, value)
  return reduce2(add2(add2(difference, difference), wide))
}

/** 6 wide + 2 value. */
function more(wide: Quadratic, value: Quadratic): Quadratic {
  const triple = add2(add2(add2(wide, wide), wide), value)
  return reduce2(add2(triple, triple))
}

function factorsOf(n: bigint): FrobeniusFactors {
  const sixth = (coordinateModulus ** n - 1n) / 6n
  return Array.from({ length: 6 }, (_, k) => power2({ c0: 9n, c1: 1n }, BigInt(k) * sixth))
}

const [first, second, third] = [factorsOf(1n), factorsOf(2n), factorsOf(3n)]
