// The number that BN254 grows from, and numbers as digits.

/** The parameter x: p and r are polynomials in it. */
export const curveParameter = 4965661367192848881n

/**
 * Digits of a number to the base 2, the highest first: each 0 or odd, below 2^(width - 1) in size,
 * and of `width` in a row at most one not 0.
 */
export function signedDigits(value: bigint, width: number): number[] {
  const digits: number[] = []
  const whole = 1n << BigInt(width)
  for (let rest = value; rest > 0n; rest >>= 1n) {
    let digit = 0n
    if ((rest & 1n) === 1n) {
      digit = rest % whole
      if (digit > whole >> 1n) digit -= whole
      rest -= digit
    }
    digits.push(Number(digit))
  }
  return digits.reverse()
}
