/** A ratio of whole numbers; the denominator is positive. */
export interface Rational {
  readonly numerator: bigint
  readonly denominator: bigint
}

/** A double, exactly: every finite one is a whole number over a power of two. */
export function rationalFrom(value: number): Rational {
  if (!Number.isFinite(value)) throw new RangeError(`${value} is no ratio`)
  let scaled = value
  let denominator = 1n
  while (!Number.isInteger(scaled)) {
    scaled *= 2
    denominator *= 2n
  }
  return { numerator: BigInt(scaled), denominator }
}
