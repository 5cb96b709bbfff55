// A proving key to which nobody has contributed yet, worked out from a circuit and from the secrets
// of its setup, as numbers. snarkjs makes the same bytes from powers of tau, with curve operations
// alone, since it may not know the secrets. Whoever does know them can forge, which is why such
// keys are for development.
import { createHash } from 'node:crypto'
import { reduce, scalarModulus } from '../field/scalar-field.ts'
import type { Fp2Element } from '../groth16/points.ts'
import { coordinateModulus } from '../pairing/base-field.ts'
import { domainPower, type R1cs, type Sum } from '../r1cs/r1cs-file.ts'
import { type Multiplier, multiplesOfG1, multiplesOfG2 } from './fixed-base.ts'
import { termBytes, termsOf } from './key-terms.ts'
import { lagrange, powersOf, truncatedLevel } from './lagrange.ts'
import {
  bigEndianPoint,
  coefficientBytes,
  fileHead,
  g1Bytes,
  g2Bytes,
  inParts,
  littleEndian,
  sectionHead,
  uint32,
} from './point-file.ts'
import type { TauSecrets } from './powers-of-tau.ts'

/** The bytes of a `.zkey` file, part after part, as `snarkjs groth16 setup` writes it. */
export function* developmentKey(system: R1cs, secrets: TauSecrets): Generator<Uint8Array> {
  const { tau, alpha, beta } = secrets
  const signals = system.outputs + system.publicInputs
  const log2 = domainPower(system)
  const rows = 2 ** log2
  const sums = sumsAt(system, lagrange(log2, tau), secrets)
  const powers = powersOf(tau, 2 * rows)
  const differences = powers.slice(rows).map((high, i) => reduce(high - powers[i]!))
  const bases = truncatedLevel(log2 + 1, tau).filter((_, i) => i % 2 === 1)
  const out = new HashedPoints(system, rows)

  yield fileHead('zkey', 10)
  yield Buffer.concat([sectionHead(1, 4), uint32(1)])
  const sizes = [system.wires, signals, rows].map(uint32)
  const head = Buffer.concat([element(coordinateModulus), element(scalarModulus), ...sizes])
  yield Buffer.concat([sectionHead(2, head.length + 3 * 64 + 3 * 128), head])
  yield* out.g1([alpha, beta])
  yield* out.g2([beta, 1n]) // gamma, which stays 1
  yield* out.g1([1n]) // delta, until somebody contributes
  yield* out.g2([1n])
  yield* coefficients(system)
  yield* out.section(3, sums.k.slice(0, signals + 1))
  // Of section 9 another basis is hashed; one point too many where snarkjs takes several turns.
  out.hashCount(rows - 1)
  out.hash(rows - 1 > hashedAtOnce ? differences : differences.slice(0, -1))
  yield* out.unhashedSection(9, bases)
  yield* out.section(8, sums.k.slice(signals + 1))
  yield* out.section(5, sums.a)
  yield* out.section(6, sums.b)
  yield* out.section(7, sums.b, 'g2')
  yield Buffer.concat([sectionHead(10, 68), out.digest(), uint32(0)])
}

/** So many points of section 9 snarkjs hashes at a time. */
const hashedAtOnce = 16_384

/** Points as they are written, and hashed on the way as the circuit's transcript has them. */
class HashedPoints {
  readonly #hash = createHash('blake2b512')
  readonly #g1: Multiplier<bigint>
  readonly #g2: Multiplier<Fp2Element>

  constructor({ wires }: R1cs, rows: number) {
    this.#g1 = multiplesOfG1(3 * wires + 2 * rows)
    this.#g2 = multiplesOfG2(wires)
  }

  hashCount(count: number): void {
    this.#hash.update(Buffer.from(uint32(count)).reverse())
  }

  *g1(scalars: readonly bigint[]): Generator<Uint8Array> {
    for (const points of inParts(scalars, this.#g1)) {
      this.#hash.update(Buffer.concat(points.map((point) => bigEndianPoint(point, (x) => [x], 1))))
      yield Buffer.concat(points.map(g1Bytes))
    }
  }

  *g2(scalars: readonly bigint[]): Generator<Uint8Array> {
    for (const points of inParts(scalars, this.#g2)) {
      const hashed = points.map((point) => bigEndianPoint(point, ({ c0, c1 }) => [c1, c0], 2))
      this.#hash.update(Buffer.concat(hashed))
      yield Buffer.concat(points.map(g2Bytes))
    }
  }

  *section(
    id: number,
    scalars: readonly bigint[],
    group: 'g1' | 'g2' = 'g1',
  ): Generator<Uint8Array> {
    this.hashCount(scalars.length)
    yield sectionHead(id, scalars.length * (group === 'g1' ? 64 : 128))
    yield* this[group](scalars)
  }

  *unhashedSection(id: number, scalars: readonly bigint[]): Generator<Uint8Array> {
    yield sectionHead(id, scalars.length * 64)
    for (const points of inParts(scalars, this.#g1)) yield Buffer.concat(points.map(g1Bytes))
  }

  hash(scalars: readonly bigint[]): void {
    for (const _ of this.g1(scalars));
  }

  digest(): Uint8Array {
    return this.#hash.digest()
  }
}

/** Each wire's part in the three sums of the constraints, at tau; k = beta a + alpha b + c. */
function sumsAt(system: R1cs, rows: readonly bigint[], { alpha, beta }: TauSecrets) {
  const { wires, constraints, outputs, publicInputs } = system
  const [a, b, c] = [0, 1, 2].map(() => new Array<bigint>(wires).fill(0n)) as [
    bigint[],
    bigint[],
    bigint[],
  ]
  const add = (to: bigint[], sum: Sum, row: bigint) => {
    for (const [wire, coefficient] of sum)
      to[wire] = (to[wire]! + coefficient * row) % scalarModulus
  }
  for (const [i, constraint] of constraints.entries()) {
    add(a, constraint.a, rows[i]!)
    add(b, constraint.b, rows[i]!)
    add(c, constraint.c, rows[i]!)
  }
  // A row for each public signal, so that their points are independent of all others.
  for (let s = 0; s <= outputs + publicInputs; s++) add(a, [[s, 1n]], rows[constraints.length + s]!)
  const k = a.map((value, i) => reduce(beta * value + alpha * b[i]! + c[i]!))
  return { a, b, k }
}

function* coefficients(system: R1cs): Generator<Uint8Array> {
  const { constraints, outputs, publicInputs } = system
  const signals = outputs + publicInputs + 1
  const count = constraints.reduce((sum, { a, b }) => sum + a.length + b.length, signals)
  yield Buffer.concat([sectionHead(4, 4 + termBytes * count), uint32(count)])
  for (const { matrix, row, wire, coefficient } of termsOf(system)) {
    yield Buffer.concat([...[matrix, row, wire].map(uint32), coefficientBytes(coefficient)])
  }
}

function element(modulus: bigint): Uint8Array {
  return Buffer.concat([uint32(32), littleEndian(modulus, 32)])
}
