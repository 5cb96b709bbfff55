// Powers of tau for development, in the file format of snarkjs and prepared for phase 2. One
// program draws the secrets and forgets them; nobody else can check that it did. What a ceremony
// makes with curve operations alone (Lagrange bases by FFT over points) is here worked out from the
// secrets, as numbers, which is why it is fast.
import { invertAll, power, reduce, rootOfUnity, scalarModulus } from '../field/scalar-field.ts'
import { coordinateModulus, type Fp2Element } from '../groth16/points.ts'
import { type Affine, type Multiplier, multiplesOfG1, multiplesOfG2 } from './fixed-base.ts'

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
export const powerMax = 18

/** The bytes of a `.ptau` file for circuits of up to 2^power rows, part after part. */
export function* powersOfTau(power2: number, secrets: TauSecrets): Generator<Uint8Array> {
  if (!Number.isInteger(power2) || power2 < 1 || power2 > powerMax) {
    throw new RangeError(`powers of tau are made for 2^1 to 2^${powerMax} rows, not 2^${power2}`)
  }
  const { tau, alpha, beta } = secrets
  const rows = 2 ** power2
  const monomials = powersOf(tau, 2 * rows - 1)
  const first = monomials.slice(0, rows)
  const bases = lagrangeLevels(power2, tau)
  const g1 = multiplesOfG1()
  const g2 = multiplesOfG2()

  yield header(power2)
  yield* section(2, monomials, g1, g1Bytes)
  yield* section(3, first, g2, g2Bytes)
  yield* section(4, scaled(first, alpha), g1, g1Bytes)
  yield* section(5, scaled(first, beta), g1, g1Bytes)
  yield* section(6, [beta], g2, g2Bytes)
  yield concatenated([sectionHead(7, 4), littleEndian(0n, 4)]) // no contributions are recorded
  yield* section(12, [...bases, ...truncatedLevel(power2 + 1, tau)], g1, g1Bytes)
  yield* section(13, bases, g2, g2Bytes)
  yield* section(14, scaled(bases, alpha), g1, g1Bytes)
  yield* section(15, scaled(bases, beta), g1, g1Bytes)
}

function powersOf(tau: bigint, count: number): bigint[] {
  const powers = [1n]
  while (powers.length < count) powers.push((powers.at(-1)! * tau) % scalarModulus)
  return powers
}

function scaled(values: readonly bigint[], factor: bigint): bigint[] {
  return values.map((value) => (value * factor) % scalarModulus)
}

/** The Lagrange bases at tau of the domains of 2^0, 2^1 ... 2^power2 rows, one after another. */
function lagrangeLevels(power2: number, tau: bigint): bigint[] {
  return Array.from({ length: power2 + 1 }, (_, log2) => lagrange(log2, tau)).flat()
}

/** L_i(tau) = (tau^n - 1) w^i / (n (tau - w^i)), with w the root of unity of order n. */
function lagrange(log2: number, tau: bigint): bigint[] {
  const n = 2 ** log2
  const roots = powersOf(rootOfUnity(log2), n)
  const inverses = invertAll(roots.map((root) => reduce((tau - root) * BigInt(n))))
  const vanishing = reduce(power(tau, BigInt(n)) - 1n)
  return roots.map(
    (root, i) => (((vanishing * root) % scalarModulus) * inverses[i]!) % scalarModulus,
  )
}

/**
 * The level above the last, of which tau^(n-1) is missing: there are only 2^(power+1) - 1 powers.
 * L_i = 1/n sum over j of w^(-ij) tau^j, so the missing term is w^i tau^(n-1) / n.
 */
function truncatedLevel(log2: number, tau: bigint): bigint[] {
  const n = 2 ** log2
  const roots = powersOf(rootOfUnity(log2), n)
  const [inverse] = invertAll([BigInt(n)])
  const last = (power(tau, BigInt(n - 1)) * inverse!) % scalarModulus
  return lagrange(log2, tau).map((value, i) => reduce(value - last * roots[i]!))
}

function header(power2: number): Uint8Array {
  return concatenated([
    new TextEncoder().encode('ptau'),
    littleEndian(1n, 4), // version
    littleEndian(11n, 4), // sections
    sectionHead(1, 44),
    littleEndian(32n, 4),
    littleEndian(coordinateModulus, 32),
    littleEndian(BigInt(power2), 4),
    littleEndian(BigInt(power2), 4),
  ])
}

/** So many points are worked out at a time: enough for one inversion not to matter. */
const pointsAtOnce = 4_096

function* section<T>(
  id: number,
  scalars: readonly bigint[],
  multiples: Multiplier<T>,
  write: (point: Affine<T> | null) => Uint8Array,
): Generator<Uint8Array> {
  yield sectionHead(id, scalars.length * write(null).length)
  for (let at = 0; at < scalars.length; at += pointsAtOnce) {
    yield concatenated(multiples(scalars.slice(at, at + pointsAtOnce)).map(write))
  }
}

function sectionHead(id: number, bytes: number): Uint8Array {
  return concatenated([littleEndian(BigInt(id), 4), littleEndian(BigInt(bytes), 8)])
}

function g1Bytes(point: Affine<bigint> | null): Uint8Array {
  return concatenated([montgomery(point?.x ?? 0n), montgomery(point?.y ?? 0n)])
}

function g2Bytes(point: Affine<Fp2Element> | null): Uint8Array {
  const { x, y } = point ?? { x: { c0: 0n, c1: 0n }, y: { c0: 0n, c1: 0n } }
  return concatenated([x.c0, x.c1, y.c0, y.c1].map(montgomery))
}

/** Coordinates lie in these files multiplied by 2^256, as the field's machine code has them. */
function montgomery(coordinate: bigint): Uint8Array {
  return littleEndian((coordinate << 256n) % coordinateModulus, 32)
}

function littleEndian(value: bigint | number, bytes: number): Uint8Array {
  const result = new Uint8Array(bytes)
  let rest = BigInt(value)
  for (let i = 0; i < bytes; i++) {
    result[i] = Number(rest & 255n)
    rest >>= 8n
  }
  return result
}

function concatenated(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}
