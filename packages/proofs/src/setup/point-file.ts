// How points and sections lie in the files of snarkjs: coordinates of 32 bytes, lowest byte first,
// multiplied by 2^256, as the field's machine code has them; infinity is all zeros.
import { scalarModulus } from '../field/scalar-field.ts'
import type { Fp2Element } from '../groth16/points.ts'
import { coordinateModulus } from '../pairing/base-field.ts'
import type { Affine, Multiplier } from './fixed-base.ts'

/** So many points are worked out at a time: enough for one inversion not to matter. */
const pointsAtOnce = 4_096

/** A section of points that are multiples of one point, part after part. */
export function* section<T>(
  id: number,
  scalars: readonly bigint[],
  multiples: Multiplier<T>,
  write: (point: Affine<T> | null) => Uint8Array,
): Generator<Uint8Array> {
  yield sectionHead(id, scalars.length * write(null).length)
  for (const points of inParts(scalars, multiples)) yield Buffer.concat(points.map(write))
}

/** The multiples, some at a time. */
export function* inParts<T>(
  scalars: readonly bigint[],
  multiples: Multiplier<T>,
): Generator<(Affine<T> | null)[]> {
  for (let at = 0; at < scalars.length; at += pointsAtOnce) {
    yield multiples(scalars.slice(at, at + pointsAtOnce))
  }
}

export function fileHead(kind: 'ptau' | 'zkey', sections: number): Uint8Array {
  return Buffer.concat([Buffer.from(kind, 'latin1'), uint32(1), uint32(sections)])
}

export function sectionHead(id: number, bytes: number): Uint8Array {
  return Buffer.concat([uint32(id), littleEndian(BigInt(bytes), 8)])
}

export function g1Bytes(point: Affine<bigint> | null): Uint8Array {
  return Buffer.concat([montgomery(point?.x ?? 0n), montgomery(point?.y ?? 0n)])
}

export function g2Bytes(point: Affine<Fp2Element> | null): Uint8Array {
  const { x, y } = point ?? { x: { c0: 0n, c1: 0n }, y: { c0: 0n, c1: 0n } }
  return Buffer.concat([x.c0, x.c1, y.c0, y.c1].map(montgomery))
}

/** As transcripts have points: highest byte first, and the numbers themselves. */
export function bigEndianPoint<T>(
  point: Affine<T> | null,
  parts: (coordinate: T) => readonly bigint[],
  count: number,
): Uint8Array {
  const numbers =
    point === null
      ? new Array<bigint>(2 * count).fill(0n)
      : [point.x, point.y].flatMap((coordinate) => parts(coordinate))
  return Buffer.concat(numbers.map((number) => littleEndian(number, 32).reverse()))
}

function montgomery(coordinate: bigint): Uint8Array {
  return littleEndian((coordinate << 256n) % coordinateModulus, 32)
}

/** A coefficient of a constraint: multiplied by 2^512, for the one product that a prover makes. */
export function coefficientBytes(coefficient: bigint): Uint8Array {
  return littleEndian((coefficient << 512n) % scalarModulus, 32)
}

export function uint32(value: number): Uint8Array {
  return littleEndian(BigInt(value), 4)
}

export function littleEndian(value: bigint, bytes: number): Uint8Array {
  const result = Buffer.alloc(bytes)
  if (bytes < 8) result.writeUInt32LE(Number(value))
  for (let at = 0; at + 8 <= bytes; at += 8) {
    result.writeBigUInt64LE((value >> BigInt(8 * at)) & 0xffff_ffff_ffff_ffffn, at)
  }
  return result
}
