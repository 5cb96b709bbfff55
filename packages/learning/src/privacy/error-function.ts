// The complementary error function to the last digits of a double: W. J. Cody's rational
// approximations (Math. Comp. 23, 1969), in the three ranges of his CALERF.
const SMALL_NUMERATOR = [
  3.1611237438705655, 113.86415415105016, 377.485237685302, 3209.3775891384694, 0.18577770618460315,
] as const
const SMALL_DENOMINATOR = [
  23.601290952344122, 244.02463793444417, 1282.6165260773723, 2844.236833439171,
] as const
const MIDDLE_NUMERATOR = [
  0.5641884969886701, 8.883149794388377, 66.11919063714163, 298.6351381974001, 881.952221241769,
  1712.0476126340707, 2051.0783778260716, 1230.3393547979972, 2.1531153547440383e-8,
] as const
const MIDDLE_DENOMINATOR = [
  15.744926110709835, 117.6939508913125, 537.1811018620099, 1621.3895745666903, 3290.7992357334597,
  4362.619090143247, 3439.3676741437216, 1230.3393548037495,
] as const
const LARGE_NUMERATOR = [
  0.30532663496123236, 0.36034489994980445, 0.12578172611122926, 0.016083785148742275,
  0.0006587491615298378, 0.016315387137302097,
] as const
const LARGE_DENOMINATOR = [
  2.568520192289822, 1.8729528499234673, 0.5279051029514285, 0.06051834131244132,
  0.0023352049762686918,
] as const

const SQRT_2 = Math.SQRT2
const ONE_OVER_SQRT_PI = 0.5641895835477563

/** erfc(x) exp(x^2) for x >= 0.46875, where neither factor alone is safe. */
function scaledTail(x: number): number {
  if (x <= 4) {
    let above = MIDDLE_NUMERATOR[8] * x
    let below = x
    for (let i = 0; i < 7; i++) {
      above = (above + MIDDLE_NUMERATOR[i]!) * x
      below = (below + MIDDLE_DENOMINATOR[i]!) * x
    }
    return (above + MIDDLE_NUMERATOR[7]) / (below + MIDDLE_DENOMINATOR[7]!)
  }
  const y = 1 / (x * x)
  let above = LARGE_NUMERATOR[5] * y
  let below = y
  for (let i = 0; i < 4; i++) {
    above = (above + LARGE_NUMERATOR[i]!) * y
    below = (below + LARGE_DENOMINATOR[i]!) * y
  }
  const correction = (y * (above + LARGE_NUMERATOR[4])) / (below + LARGE_DENOMINATOR[4])
  return (ONE_OVER_SQRT_PI - correction) / x
}

function erfNearZero(x: number): number {
  const y = x * x
  let above = SMALL_NUMERATOR[4] * y
  let below = y
  for (let i = 0; i < 3; i++) {
    above = (above + SMALL_NUMERATOR[i]!) * y
    below = (below + SMALL_DENOMINATOR[i]!) * y
  }
  return (x * (above + SMALL_NUMERATOR[3])) / (below + SMALL_DENOMINATOR[3])
}

/** exp(-x^2) without losing digits to the square: x is split into sixteenths and a rest. */
function gaussian(x: number): number {
  const coarse = Math.trunc(x * 16) / 16
  return Math.exp(-coarse * coarse) * Math.exp(-(x - coarse) * (x + coarse))
}

export function erfc(x: number): number {
  const size = Math.abs(x)
  if (size <= 0.46875) return 1 - erfNearZero(x)
  const tail = size > 27 ? 0 : gaussian(size) * scaledTail(size)
  return x < 0 ? 2 - tail : tail
}

/** The probability that a standard normal variable exceeds x. */
export function normalTail(x: number): number {
  return 0.5 * erfc(x / SQRT_2)
}

/** The probability that a standard normal variable lies in (low, high]. */
export function normalBetween(low: number, high: number): number {
  // On the side where both tails are small, so that no digits cancel.
  return low >= 0 ? normalTail(low) - normalTail(high) : normalTail(-high) - normalTail(-low)
}
