// The field that coordinates are in: integers modulo p. A number stands for its class, whatever its
// size and sign; `canonical` gives the one that is written. Reducing costs more than twice what
// multiplying does, so that sums of products are reduced once, as sums.

/** The prime p, which is larger than the modulus of scalars. */
export const coordinateModulus =
  21888242871839275222246405745257275088696311157297823662689037894645226208583n

/** The number of the class that is below p and not negative. */
export function canonical(value: bigint): bigint {
  const rest = value % coordinateModulus
  return rest < 0n ? rest + coordinateModulus : rest
}

/** The inverse; there is none of 0, and asking for it is a bug. */
export function inverse(value: bigint): bigint {
  let [low, high] = [canonical(value), coordinateModulus]
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

export const baseField: Inverting<bigint> = {
  one: 1n,
  multiply: (first, second) => (first * second) % coordinateModulus,
  inverse,
}
