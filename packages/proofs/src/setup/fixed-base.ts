// Many multiples of one point: what a setup is made of. For each window of the scalar there is a
// table of the point's multiples; all sums are taken side by side in affine coordinates, so that
// one inversion serves a whole row of additions. Timing depends on the scalars: for development
// only.
import { reduce } from '../field/scalar-field.ts'
import { Fp, Fp2, type Fp2Element, G1, G2 } from '../groth16/points.ts'
import { coordinateModulus as p } from '../pairing/base-field.ts'

/** As much of a field as adding points takes. */
interface Arithmetic<T> {
  sub(a: T, b: T): T
  mul(a: T, b: T): T
  inv(a: T): T
  /** The one number that stands for the element. */
  whole(a: T): T
  readonly ONE: T
}

/**
 * Differences are left as they are, products taken modulo p with whatever sign: that is twice as
 * fast as a number between 0 and p each time. A chain of sums grows by a few bits in all.
 */
const first: Arithmetic<bigint> = {
  ONE: 1n,
  sub: (a, b) => a - b,
  mul: (a, b) => (a * b) % p,
  inv: (a) => Fp.inv(Fp.create(a)),
  whole: (a) => Fp.create(a),
}

function wholePair({ c0, c1 }: Fp2Element): Fp2Element {
  return { c0: Fp.create(c0), c1: Fp.create(c1) }
}

const second: Arithmetic<Fp2Element> = {
  ONE: Fp2.ONE,
  sub: (a, b) => ({ c0: a.c0 - b.c0, c1: a.c1 - b.c1 }),
  mul(a, b) {
    const [low, high] = [a.c0 * b.c0, a.c1 * b.c1]
    return { c0: (low - high) % p, c1: ((a.c0 + a.c1) * (b.c0 + b.c1) - low - high) % p }
  },
  inv: (a) => Fp2.inv(wholePair(a)),
  whole: wholePair,
}

export interface Affine<T> {
  readonly x: T
  readonly y: T
}

/** Gives scalar times the base point for each scalar; null stands for infinity. */
export type Multiplier<T> = (scalars: readonly bigint[]) => (Affine<T> | null)[]

const scalarBits = 254

/** The multiplier is worth its tables for about so many points. */
export function multiplesOfG1(points: number): Multiplier<bigint> {
  return multiplier(first, points, (scalar) => G1.BASE.multiply(scalar).toAffine())
}

export function multiplesOfG2(points: number): Multiplier<Fp2Element> {
  return multiplier(second, points, (scalar) => G2.BASE.multiply(scalar).toAffine())
}

/** The width at which tables and sums take the fewest additions together. */
function windowBitsFor(points: number): number {
  const additions = (bits: number) => Math.ceil(scalarBits / bits) * (points + 2 ** bits)
  const widths = Array.from({ length: 14 }, (_, i) => i + 2)
  return widths.reduce((best, bits) => (additions(bits) < additions(best) ? bits : best))
}

type Table<T> = readonly (Affine<T> | null)[]

/** For each window w and digit d the point d 2^(bits w) G. */
function tablesOf<T>(
  field: Arithmetic<T>,
  bits: number,
  multiply: (scalar: bigint) => Affine<T>,
): Table<T>[] {
  const times = (scalar: bigint) => multiply(reduce(scalar))
  return Array.from({ length: Math.ceil(scalarBits / bits) }, (_, window) => {
    const unit = 1n << BigInt(window * bits)
    // The table is doubled until it is full: 1; 1..3; 1..7; what is there plus a power of two.
    let table: (Affine<T> | null)[] = [null, times(unit)]
    while (table.length < 1 << bits) {
      const next = times(unit * BigInt(table.length))
      table = [...table, ...sums(field, table, new Array(table.length).fill(next))]
    }
    return table
  })
}

function multiplier<T>(
  field: Arithmetic<T>,
  points: number,
  multiply: (scalar: bigint) => Affine<T>,
): Multiplier<T> {
  const bits = windowBitsFor(points)
  const tables = tablesOf(field, bits, multiply)
  const mask = (1n << BigInt(bits)) - 1n
  return (scalars) => {
    const rests = [...scalars]
    let totals: (Affine<T> | null)[] = new Array(scalars.length).fill(null)
    for (const table of tables) {
      const digits = rests.map((rest, i) => {
        rests[i] = rest >> BigInt(bits)
        return table[Number(rest & mask)]!
      })
      totals = sums(field, totals, digits)
    }
    return totals.map((point) =>
      point === null ? null : { x: field.whole(point.x), y: field.whole(point.y) },
    )
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
