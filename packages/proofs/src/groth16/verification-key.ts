// A verification key and what is asked of it before it is believed. A key with delta equal to gamma
// comes from a setup to which nobody has contributed: anybody can forge proofs for it.
import { type Digest, digestOf, type Outcome, pass, refuse } from '@vcp/protocol'
import * as z from 'zod'
import {
  type CurvePoint,
  oddMultiples,
  sumOfTerms,
  type Term,
  twiceOf,
  withUnitZ,
} from '../pairing/curve-sums.ts'
import { type Lines, withUnitLead } from '../pairing/lines.ts'
import { millerLoop } from '../pairing/miller-loop.ts'
import type { Dodecic } from '../pairing/tower.ts'
import {
  curvePoint,
  G1Json,
  type G1Point,
  G2,
  G2Json,
  type G2Point,
  g1FromJson,
  g2FromJson,
} from './points.ts'
import { publicSignalsMax } from './proof.ts'

/** Of a key as a file: as many points as there may be, as snarkjs writes them, with room. */
export const keyFileBytesMax = 262_144

/** As snarkjs exports it; `vk_alphabeta_12` follows from the rest and is not believed. */
export const VerificationKeyJson = z.strictObject({
  protocol: z.literal('groth16'),
  curve: z.literal('bn128'),
  nPublic: z.int().min(1).max(publicSignalsMax),
  vk_alpha_1: G1Json,
  vk_beta_2: G2Json,
  vk_gamma_2: G2Json,
  vk_delta_2: G2Json,
  vk_alphabeta_12: z.unknown().optional(),
  IC: z
    .array(G1Json)
    .min(2)
    .max(publicSignalsMax + 1),
})
export type VerificationKeyJson = z.infer<typeof VerificationKeyJson>

/** A key whose points have been checked, with the lines of its pairings worked out. */
export interface VerificationKey {
  /** Equal for equal keys, whatever else their files say. */
  readonly digest: Digest
  readonly alpha: G1Point
  readonly beta: Lines
  /** The factor that is the same in every equation, before the final exponentiation. */
  readonly alphaBeta: Dodecic
  readonly gamma: Lines
  readonly delta: Lines
  /** One point more than there are public signals. */
  readonly inputs: readonly G1Point[]
  /** For each of those points what makes multiples of it cheap. */
  readonly tables: readonly InputTable[]
}

/** Odd multiples of a point times 1, 2^64, 2^128 and 2^192: scalars are cut in four. */
type InputTable = readonly (readonly CurvePoint[])[]

/** Takes a key as its JSON; refuses one that is malformed, inconsistent or forgeable. */
export function verificationKeyFrom(json: unknown): Outcome<VerificationKey> {
  const parsed = VerificationKeyJson.safeParse(json)
  if (!parsed.success) return refuse('INVALID', z.prettifyError(parsed.error))
  const key = parsed.data
  if (key.IC.length !== key.nPublic + 1) {
    return refuse('INVALID', `nPublic is ${key.nPublic}, but IC has ${key.IC.length} points`)
  }
  const alpha = g1FromJson(key.vk_alpha_1, 'vk_alpha_1')
  if (!alpha.ok) return alpha
  const inputs: G1Point[] = []
  for (const [i, point] of key.IC.entries()) {
    // Infinity, which would leave a signal free, has no JSON that `G1Json` takes.
    const checked = g1FromJson(point, `IC ${i}`)
    if (!checked.ok) return checked
    inputs.push(checked.value)
  }
  const lines = linesOf(key)
  if (!lines.ok) return lines
  return pass({
    digest: keyDigest(key),
    alpha: alpha.value,
    alphaBeta: millerLoop([{ point: curvePoint(alpha.value), lines: lines.value.beta }]),
    inputs,
    tables: inputs.map((point) => tableOf(curvePoint(point))),
    ...lines.value,
  })
}

function linesOf(key: VerificationKeyJson): Outcome<Record<'beta' | 'gamma' | 'delta', Lines>> {
  const beta = g2FromJson(key.vk_beta_2, 'vk_beta_2')
  if (!beta.ok) return beta
  const gamma = g2FromJson(key.vk_gamma_2, 'vk_gamma_2')
  if (!gamma.ok) return gamma
  const delta = g2FromJson(key.vk_delta_2, 'vk_delta_2')
  if (!delta.ok) return delta
  if (isSameUpToSign(gamma.value.point, delta.value.point)) {
    return refuse('ZK_PROOF_INVALID', 'delta is gamma: nobody contributed, anybody can forge')
  }
  if (isSameUpToSign(delta.value.point, G2.BASE)) {
    return refuse('ZK_PROOF_INVALID', 'delta is the generator: nobody contributed')
  }
  return pass({
    beta: withUnitLead(beta.value.lines),
    gamma: withUnitLead(gamma.value.lines),
    delta: withUnitLead(delta.value.lines),
  })
}

/** Whose discrete logarithms anybody knows, up to the sign, which hides nothing. */
function isSameUpToSign(first: G2Point, second: G2Point): boolean {
  return first.equals(second) || first.equals(second.negate())
}

function keyDigest(key: VerificationKeyJson): Digest {
  return digestOf('vcp/verification-key/1', {
    alpha: key.vk_alpha_1,
    beta: key.vk_beta_2,
    gamma: key.vk_gamma_2,
    delta: key.vk_delta_2,
    inputs: key.IC,
  })
}

/** The digest of a key as its file has it, whose points nobody has looked at yet. */
export function digestOfKey(json: unknown): Digest | null {
  const parsed = VerificationKeyJson.safeParse(json)
  return parsed.success ? keyDigest(parsed.data) : null
}

/** The point that stands for the public signals in the equation; its constant `weight` times. */
export function inputPoint(
  { tables }: VerificationKey,
  signals: readonly bigint[],
  weight = 1n,
): CurvePoint {
  return sumOfTerms([weight, ...signals].flatMap((scalar, i) => termsOf(tables[i]!, scalar)))
}

const chunkBits = 64
const chunks = 4 // of 64 bits: a scalar has 254

function termsOf(table: InputTable, scalar: bigint): Term[] {
  return table.map((multiples, i) => ({
    multiples,
    scalar: BigInt.asUintN(chunkBits, scalar >> BigInt(i * chunkBits)),
  }))
}

function tableOf(point: CurvePoint): InputTable {
  const table = [oddMultiples(point, 8)]
  while (table.length < chunks) {
    let start = table.at(-1)![0]!
    for (let i = 0; i < chunkBits; i++) start = twiceOf(start)
    table.push(oddMultiples(start, 8))
  }
  return table.map(withUnitZ)
}
