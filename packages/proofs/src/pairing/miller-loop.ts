// The product of the Miller loops of many pairs of points: what is squared is squared once for all.
import { inverses } from '../field/prime-field.ts'
import { baseField, coordinateModulus as p } from './base-field.ts'
import type { CurvePoint } from './curve-sums.ts'
import { type Line, type Lines, loopDigits } from './lines.ts'
import { add2, type Quadratic, scale2, timesXi, wideProduct2 } from './quadratic.ts'
import {
  add6,
  type Dodecic,
  one12,
  reduce6,
  type Sextic,
  square12,
  subtract6,
  timesV,
} from './tower.ts'

/** A point of the curve, and the lines of one of the twist. */
export interface Pair {
  readonly point: CurvePoint
  readonly lines: Lines
}

/** The product of the loops, before the final exponentiation, which makes that of infinity 1. */
export function millerLoop(pairs: readonly Pair[]): Dodecic {
  const prepared = preparedOf(pairs)
  let value = one12
  let at = 0
  const step = () => {
    for (const { lines, slope, inverseY } of prepared) {
      value = timesLine(value, lines[at]!, slope, inverseY)
    }
    at++
  }
  for (const digit of loopDigits.slice(1)) {
    value = square12(value)
    step()
    if (digit !== 0) step()
  }
  step()
  step()
  return value
}

interface Prepared {
  readonly lines: Lines
  /**
   * Of the point (x, y): x / y and 1 / y. No point has y = 0: its order would be 2. At infinity
   * both are 0, and what is left of each line vanishes later.
   */
  readonly slope: bigint
  readonly inverseY: bigint
}

function preparedOf(pairs: readonly Pair[]): Prepared[] {
  const inverted = inverses(
    baseField,
    pairs.map(({ point }) => point.y),
  )
  return pairs.map(({ point: { x, z }, lines }, i) => {
    const zOverY = (z * inverted[i]!) % p
    return { lines, slope: (x * zOverY) % p, inverseY: ((z * z) % p) * zOverY }
  })
}

/** Times the line at the point, divided by the point's y, which vanishes later. */
function timesLine({ c0, c1 }: Dodecic, line: Line, slope: bigint, inverseY: bigint): Dodecic {
  const b = scale2(line.b, slope)
  const c = scale2(line.c, inverseY)
  const upper = timesPair(c1, b, c)
  if (line.a === null) {
    return { c0: reduce6(add6(c0, timesV(upper))), c1: reduce6(add6(c1, timesPair(c0, b, c))) }
  }
  const lower = timesOne(c0, line.a)
  const cross = timesPair(add6(c0, c1), add2(line.a, b), c)
  return {
    c0: reduce6(add6(lower, timesV(upper))),
    c1: reduce6(subtract6(subtract6(cross, lower), upper)),
  }
}

/** Times b + c v, wide. */
function timesPair({ c0, c1, c2 }: Sextic, b: Quadratic, c: Quadratic): Sextic {
  return {
    c0: add2(wideProduct2(c0, b), timesXi(wideProduct2(c2, c))),
    c1: add2(wideProduct2(c0, c), wideProduct2(c1, b)),
    c2: add2(wideProduct2(c1, c), wideProduct2(c2, b)),
  }
}

function timesOne({ c0, c1, c2 }: Sextic, factor: Quadratic): Sextic {
  return {
    c0: wideProduct2(c0, factor),
    c1: wideProduct2(c1, factor),
    c2: wideProduct2(c2, factor),
  }
}
