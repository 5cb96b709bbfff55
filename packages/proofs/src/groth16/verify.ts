// Groth16 on BN254 in plain TypeScript: e(A, B) = e(alpha, beta) e(inputs, gamma) e(C, delta). It
// refuses what snarkjs lets pass: points outside the subgroup, infinity, elements that are not
// canonical, a key whose delta is its gamma.
import { type Outcome, pass, refuse } from '@vcp/protocol'
import * as z from 'zod'
import { oppositeOf } from '../pairing/curve-sums.ts'
import { isUnity } from '../pairing/final-exponentiation.ts'
import { millerLoop } from '../pairing/miller-loop.ts'
import { multiply12 } from '../pairing/tower.ts'
import { curvePoint, scalarsFrom } from './points.ts'
import { type Proof, ProofJson, PublicSignals, proofFromJson } from './proof.ts'
import { inputPoint, type VerificationKey } from './verification-key.ts'

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
  const product = millerLoop([
    { point: oppositeOf(curvePoint(proof.a)), lines: proof.b.lines },
    { point: inputPoint(key, signals), lines: key.gamma },
    { point: curvePoint(proof.c), lines: key.delta },
  ])
  return isUnity(multiply12(product, key.alphaBeta))
    ? pass(true)
    : refuse('ZK_PROOF_INVALID', 'the equation does not hold')
}
