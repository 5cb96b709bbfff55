// Groth16 on BN254 in plain TypeScript: e(A, B) = e(alpha, beta) e(inputs, gamma) e(C, delta). It
// refuses what snarkjs lets pass: points outside the subgroup, infinity, elements that are not
// canonical, a key whose delta is its gamma.
import { type Outcome, pass, refuse } from '@vcp/protocol'
import * as z from 'zod'
import { scalarModulus } from '../field/scalar-field.ts'
import { oppositeOf } from '../pairing/curve-sums.ts'
import { isUnity } from '../pairing/final-exponentiation.ts'
import { millerLoop } from '../pairing/miller-loop.ts'
import { multiply12 } from '../pairing/tower.ts'
import { curvePoint } from './points.ts'
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
  const scalars = canonicalSignals(parsed.data.signals.map(BigInt))
  if (!scalars.ok) return scalars
  const points = proofFromJson(parsed.data.proof)
  return points.ok ? pass({ proof: points.value, signals: scalars.value }) : points
}

/** Whether the proof shows what its signals say under this key. */
export function verify(key: VerificationKey, { proof, signals }: Claim): Outcome<true> {
  const taken = signalsFor(key, signals)
  if (!taken.ok) return taken
  const product = millerLoop([
    { point: oppositeOf(curvePoint(proof.a)), lines: proof.b.lines },
    { point: inputPoint(key, signals), lines: key.gamma },
    { point: curvePoint(proof.c), lines: key.delta },
  ])
  return isUnity(multiply12(product, key.alphaBeta))
    ? pass(true)
    : refuse('ZK_PROOF_INVALID', 'the equation does not hold')
}

/**
 * Refuses signals that no proof under the key can be of. A claim may have come from elsewhere than
 * `claimFrom`, and the equation itself cannot tell a number from the same plus r.
 */
export function signalsFor(
  key: VerificationKey,
  signals: readonly bigint[],
): Outcome<readonly bigint[]> {
  const count = key.inputs.length - 1
  if (signals.length === count) return canonicalSignals(signals)
  const reason = `the key takes ${count} public signals, not ${signals.length}`
  return refuse('ZK_PROOF_INVALID', reason)
}

function canonicalSignals(signals: readonly bigint[]): Outcome<readonly bigint[]> {
  const at = signals.findIndex((signal) => signal < 0n || signal >= scalarModulus)
  if (at === -1) return pass(signals)
  return refuse('ZK_PROOF_INVALID', `public signal ${at}: it is not below the modulus`)
}
