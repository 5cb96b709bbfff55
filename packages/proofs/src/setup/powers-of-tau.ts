// Powers of tau for development, in the file format of snarkjs and prepared for phase 2. One
// program draws the secrets and forgets them; nobody else can check that it did. What a ceremony
// makes with curve operations alone (Lagrange bases by FFT over points) is here worked out from the
// secrets, as numbers, which is why it is fast.
import { scalarModulus } from '../field/scalar-field.ts'
import { coordinateModulus } from '../pairing/base-field.ts'
import { multiplesOfG1, multiplesOfG2 } from './fixed-base.ts'
import { lagrange, powersOf, truncatedLevel } from './lagrange.ts'
import {
  fileHead,
  g1Bytes,
  g2Bytes,
  littleEndian,
  section,
  sectionHead,
  uint32,
} from './point-file.ts'

export interface TauSecrets {
  readonly tau: bigint
  readonly alpha: bigint
  readonly beta: bigint
}

/** Draws the secrets; 48 bytes modulo r are even to 2^-130. */
export function drawSecrets(randomBytes: (count: number) => Uint8Array): TauSecrets {
  const draw = () =>
    randomBytes(48).reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n) % scalarModulus
  return { tau: draw(), alpha: draw(), beta: draw() }
}

/** The largest power that is asked for in one piece. */
const powerMax = 18

/** The bytes of a `.ptau` file for circuits of up to 2^power rows, part after part. */
export function* powersOfTau(power2: number, secrets: TauSecrets): Generator<Uint8Array> {
  if (!Number.isInteger(power2) || power2 < 1 || power2 > powerMax) {
    throw new RangeError(`powers of tau are made for 2^1 to 2^${powerMax} rows, not 2^${power2}`)
  }
  const { tau, alpha, beta } = secrets
  const rows = 2 ** power2
  // One more than others have: snarkjs reads one too many where a circuit takes all 2^15 rows or
  // more of a file, and would hash the head of the next section.
  const monomials = powersOf(tau, 2 * rows)
  const first = monomials.slice(0, rows)
  const bases = lagrangeLevels(power2, tau)
  const g1 = multiplesOfG1(12 * rows)
  const g2 = multiplesOfG2(3 * rows)

  yield header(power2)
  yield* section(2, monomials, g1, g1Bytes)
  yield* section(3, first, g2, g2Bytes)
  yield* section(4, scaled(first, alpha), g1, g1Bytes)
  yield* section(5, scaled(first, beta), g1, g1Bytes)
  yield* section(6, [beta], g2, g2Bytes)
  yield Buffer.concat([sectionHead(7, 4), uint32(0)]) // no contributions are recorded
  yield* section(12, [...bases, ...truncatedLevel(power2 + 1, tau)], g1, g1Bytes)
  yield* section(13, bases, g2, g2Bytes)
  yield* section(14, scaled(bases, alpha), g1, g1Bytes)
  yield* section(15, scaled(bases, beta), g1, g1Bytes)
}

function scaled(values: readonly bigint[], factor: bigint): bigint[] {
  return values.map((value) => (value * factor) % scalarModulus)
}

/** The Lagrange bases at tau of the domains of 2^0, 2^1 ... 2^power2 rows, one after another. */
function lagrangeLevels(power2: number, tau: bigint): bigint[] {
  return Array.from({ length: power2 + 1 }, (_, log2) => lagrange(log2, tau)).flat()
}

function header(power2: number): Uint8Array {
  return Buffer.concat([
    fileHead('ptau', 11),
    sectionHead(1, 44),
    uint32(32),
    littleEndian(coordinateModulus, 32),
    uint32(power2),
    uint32(power2),
  ])
}
