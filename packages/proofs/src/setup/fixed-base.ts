// Many multiples of one point: what a setup is made of. For each window of the scalar there is a
// table of the point's multiples; all sums are taken side by side in affine coordinates, so that
// one inversion serves a whole row of additions. Timing depends on the scalars: for development
// only.
import { reduce } from '../field/scalar-field.ts'
import { Fp, Fp2, type Fp2Element, G1, G2 } from '../groth16/points.ts'

/** As much of a field as adding points takes. */
interface Arithmetic<T> {
  sub(a: T, b: T): T
  mul(a: T, b: T): T
  inv(a: T): T
  readonly ONE: T
}

export interface Affine<T> {
  readonly x: T
  readonly y: T
}

/** Gives scalar times the base point for each scalar; null stands for infinity. */
export type Multiplier<T> = (scalars: readonly bigint[]) => (Affine<T> | null)[]

const windowBits = 10n
const windows = 26 // of 10 bits: a scalar has 254

export function multiplesOfG1(): Multiplier<bigint> {
  return multiplier(
    Fp,
    tablesOf(Fp, (scalar) => G1.BASE.multiply(scalar).toAffine()),
  )
}

export function multiplesOfG2(): Multiplier<Fp2Element> {
  return multiplier<Fp2Element>(
    Fp2,
    tablesOf<Fp2Element>(Fp2, (scalar) => G2.BASE.multiply(scalar).toAffine()),
  )
}

type Table<T> = readonly (Affine<T> | null)[]

/** For each window w and digit d the point d 2^(10 w) G. */
function tablesOf<T>(field: Arithmetic<T>, multiply: (scalar: bigint) => Affine<T>): Table<T>[] {
  const times = (scalar: bigint) => multiply(reduce(scalar))
  return Array.from({ length: windows }, (_, window) => {
    const unit = 1n << (BigInt(window) * windowBits)
    // The table is doubled until it is full: 1; 1..3; 1..7; what is there plus a power of two.
    let table: (Affine<T> | null)[] = [null, times(unit)]
    while (table.length < 1 << Number(windowBits)) {
      const next = times(unit * BigInt(table.length))
      table = [...table, ...sums(field, table, new Array(table.length).fill(next))]
    }
    return table
  })
}

function multiplier<T>(field: Arithmetic<T>, tables: readonly Table<T>[]): Multiplier<T> {
  const mask = (1n << windowBits) - 1n
  return (scalars) => {
    const rests = [...scalars]
    let totals: (Affine<T> | null)[] = new Array(scalars.length).fill(null)
    for (const table of tables) {
      const digits = rests.map((rest, i) => {
        rests[i] = rest >> windowBits
        return table[Number(rest & mask)]!
      })
      totals = sums(field, totals, digits)
    }
    return totals
  }
}

/** The sums of points pair by pair. Pairs are never of one x: a digit's multiple is larger. */
function sums<T>(
  field: Arithmetic<T>,
  left: readonly (Affine<T> | null)[],
  right: readonly (Affine<T> | null)[],
): (Affine<T> | null)[] {
  const before: T[] = []
  let product = field.ONE
  for (let i = 0; i < left.length; i++) {
    before.push(product)
    const [a, b] = [left[i]!, right[i]!]
    if (a !== null && b !== null) product = field.mul(product, field.sub(b.x, a.x))
  }
  let rest = field.inv(product)
  const results = new Array<Affine<T> | null>(left.length)
  for (let i = left.length - 1; i >= 0; i--) {
    const [a, b] = [left[i]!, right[i]!]
    if (a === null || b === null) {
      results[i] = a ?? b
      continue
    }
    const inverse = field.mul(rest, before[i]!)
    rest = field.mul(rest, field.sub(b.x, a.x))
    const slope = field.mul(field.sub(b.y, a.y), inverse)
    const x = field.sub(field.sub(field.mul(slope, slope), a.x), b.x)
    results[i] = { x, y: field.sub(field.mul(slope, field.sub(a.x, x)), a.y) }
  }
  return results
}
