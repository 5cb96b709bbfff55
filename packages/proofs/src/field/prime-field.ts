// What fields modulo a prime have in common. A number stands for its class, whatever its size and
// sign.

/** The number of the class that is below the modulus and not negative. */
export function leastOf(value: bigint, modulus: bigint): bigint {
  const rest = value % modulus
  return rest < 0n ? rest + modulus : rest
}

/** The inverse, with whatever sign; there is none of 0, and asking for it is a bug. */
export function inverseModulo(value: bigint, modulus: bigint): bigint {
  let [low, high] = [leastOf(value, modulus), modulus]
  if (low === 0n) throw new RangeError('0 has no inverse')
  let [x, y] = [1n, 0n]
  while (low > 1n) {
    const quotient = high / low
    ;[low, high] = [high - quotient * low, low]
    ;[x, y] = [y - quotient * x, x]
  }
  return x
}

/** A field, as far as inverting many of its elements at once goes. */
export interface Inverting<T> {
  readonly one: T
  multiply(first: T, second: T): T
  inverse(value: T): T
}

/** The inverses of many elements, for the price of one and three multiplications each. */
export function inverses<T>(field: Inverting<T>, values: readonly T[]): T[] {
  const before: T[] = []
  let product = field.one
  for (const value of values) {
    before.push(product)
    product = field.multiply(product, value)
  }
  let rest = values.length === 0 ? product : field.inverse(product)
  const found = new Array<T>(values.length)
  for (let i = values.length - 1; i >= 0; i--) {
    found[i] = field.multiply(rest, before[i]!)
    rest = field.multiply(rest, values[i]!)
  }
  return found
}
