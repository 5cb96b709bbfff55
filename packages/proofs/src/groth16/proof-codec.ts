// A proof in 128 bytes: of each point the x coordinate, big endian, and a bit for which of the two
// roots y is. A coordinate has 254 bits, so that the two highest are free: the first is 1 in every
// element that starts a point and says "compressed", the second is the parity of y. For a y of
// two coordinates it is the parity of the first that is not 0.
import { type Outcome, pass, refuse } from '@vcp/protocol'
import { twistB } from '../pairing/lines.ts'
import { Fp, Fp2, type Fp2Element, g1Point, g2Point } from './points.ts'
import type { Proof } from './proof.ts'

export const proofBytes = 128

const compressed = 1n << 255n
const odd = 1n << 254n
const coordinateMask = odd - 1n

export function encodeProof({ a, b, c }: Proof): Uint8Array {
  const [pointA, pointB, pointC] = [a.toAffine(), b.point.toAffine(), c.toAffine()]
  const { x, y } = pointB
  return bytesOf([
    flagged(pointA.x, pointA.y),
    flagged(x.c1, y.c0 === 0n ? y.c1 : y.c0),
    x.c0,
    flagged(pointC.x, pointC.y),
  ])
}

/** Refuses everything that `encodeProof` would not have written. */
export function decodeProof(bytes: Uint8Array): Outcome<Proof> {
  if (bytes.length !== proofBytes) return refuse('INVALID', `a proof has ${proofBytes} bytes`)
  const [first, second, third, fourth] = elementsOf(bytes)
  const a = decodeG1(first!, 'pi_a')
  if (!a.ok) return a
  const c = decodeG1(fourth!, 'pi_c')
  if (!c.ok) return c
  if ((second! & compressed) === 0n) return notCompressed('pi_b')
  const x = { c0: third!, c1: second! & coordinateMask }
  if (x.c0 >= Fp.ORDER || x.c1 >= Fp.ORDER) return notCanonical('pi_b')
  const y = root2(Fp2.add(Fp2.mul(Fp2.sqr(x), x), twistB), (second! & odd) !== 0n)
  if (y === null) return offCurve('pi_b')
  const b = g2Point(x, y, 'pi_b')
  return b.ok ? pass({ a: a.value, b: b.value, c: c.value }) : b
}

function decodeG1(element: bigint, what: string) {
  if ((element & compressed) === 0n) return notCompressed(what)
  const x = element & coordinateMask
  if (x >= Fp.ORDER) return notCanonical(what)
  const square = Fp.add(Fp.mul(Fp.sqr(x), x), 3n)
  if (Fp.pow(square, (Fp.ORDER - 1n) / 2n) !== 1n) return offCurve(what)
  const y = Fp.sqrt(square)
  const isOdd = (element & odd) !== 0n
  return g1Point(x, Fp.isOdd!(y) === isOdd ? y : Fp.neg(y), what)
}

function root2(square: Fp2Element, isOdd: boolean): Fp2Element | null {
  if (!isSquare(square)) return null
  const y = Fp2.sqrt(square)
  const sign = y.c0 === 0n ? y.c1 : y.c0
  return (sign & 1n) === (isOdd ? 1n : 0n) ? y : Fp2.neg(y)
}

/** An element is a square there if its norm is one in the field below. */
function isSquare({ c0, c1 }: Fp2Element): boolean {
  const norm = Fp.add(Fp.sqr(c0), Fp.sqr(c1))
  return norm === 0n || Fp.pow(norm, (Fp.ORDER - 1n) / 2n) === 1n
}

function flagged(x: bigint, y: bigint): bigint {
  return x | compressed | ((y & 1n) === 1n ? odd : 0n)
}

function bytesOf(elements: readonly bigint[]): Uint8Array {
  const bytes = new Uint8Array(elements.length * 32)
  elements.forEach((element, at) => {
    let rest = element
    for (let i = at * 32 + 31; i >= at * 32; i--) {
      bytes[i] = Number(rest & 255n)
      rest >>= 8n
    }
  })
  return bytes
}

function elementsOf(bytes: Uint8Array): bigint[] {
  return Array.from({ length: bytes.length / 32 }, (_, at) =>
    bytes.subarray(at * 32, at * 32 + 32).reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n),
  )
}

function notCompressed(what: string) {
  return refuse('NOT_CANONICAL', `${what}: the bit of a compressed point is not set`)
}

function notCanonical(what: string) {
  return refuse('NOT_CANONICAL', `${what}: a coordinate is not below the modulus`)
}

function offCurve(what: string) {
  return refuse('ZK_PROOF_INVALID', `${what}: no point of the curve has this coordinate`)
}
