// Groth16 on BN254 in plain TypeScript: e(A, B) = e(alpha, beta) e(inputs, gamma) e(C, delta). It
// refuses what snarkjs lets pass: points outside the subgroup, infinity, elements that are not
// canonical, a key whose delta is its gamma.
import { bn254 } from '@noble/curves/bn254.js'
import { type Outcome, pass, refuse } from '@vcp/protocol'
import * as z from 'zod'
import { Fp12, G1, type G1Point, scalarsFrom } from './points.ts'
import { type Proof, ProofJson, PublicSignals, proofFromJson } from './proof.ts'
import { inputPoint, type Lines, type Loop, type VerificationKey } from './verification-key.ts'

/** What is claimed: a proof and the signals it is for, checked each by itself, not yet together. */
export interface Claim {
  readonly proof: Proof
  readonly signals: readonly bigint[]
}

/** Reads a proof and its signals as snarkjs writes them. */
export function claimFrom(proof: unknown, signals: unknown): Outcome<Claim> {
  const parsed = z.strictObject({ proof: ProofJson, signals: PublicSignals }).safeParse({
    proof,
    signals,
  })
  if (!parsed.success) return refuse('INVALID', z.prettifyError(parsed.error))
  const scalars = scalarsFrom(parsed.data.signals, 'public signal')
  if (!scalars.ok) return scalars
  const points = proofFromJson(parsed.data.proof)
  return points.ok ? pass({ proof: points.value, signals: scalars.value }) : points
}

/** Whether the proof shows what its signals say under this key. */
export function verify(key: VerificationKey, { proof, signals }: Claim): Outcome<true> {
  const count = key.inputs.length - 1
  if (signals.length !== count) {
    return refuse(
      'ZK_PROOF_INVALID',
      `the key takes ${count} public signals, not ${signals.length}`,
    )
  }
  const product = [
    { lines: linesFor(proof), at: proof.a.negate() },
    { lines: key.gamma, at: inputPoint(key, signals) },
    { lines: key.delta, at: proof.c },
  ]
  return isOne(product, key.alphaBeta)
    ? pass(true)
    : refuse('ZK_PROOF_INVALID', 'the equation does not hold')
}

/** A factor of the equation; lines of a key are worked out once. */
export interface Factor {
  readonly lines: Lines
  readonly at: G1Point
}

export function linesFor(proof: Proof): Lines {
  return bn254.utils.calcPairingPrecomputes(proof.b)
}

/** Whether the product is 1; `known` is a factor that has been worked out before. */
export function isOne(factors: readonly Factor[], known: Loop = Fp12.ONE): boolean {
  const loops = factors
    .filter(({ at }) => !at.equals(G1.ZERO))
    .map(({ lines, at }): [Lines, bigint, bigint] => {
      const { x, y } = at.toAffine()
      return [lines, x, y]
    })
  const product = Fp12.mul(bn254.millerLoopBatch(loops), known)
  return Fp12.eql(Fp12.finalExponentiate(product), Fp12.ONE)
}
