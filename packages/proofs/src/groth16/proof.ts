import { type Outcome, pass } from '@vcp/protocol'
import * as z from 'zod'
import {
  Decimal,
  G1Json,
  type G1Point,
  G2Json,
  g1FromJson,
  g1ToJson,
  g2FromJson,
  g2ToJson,
  type PairingPoint,
} from './points.ts'

/** The most public signals a proof or a key may have; each is work for who verifies. */
export const publicSignalsMax = 64

/** A Groth16 proof in the JSON of snarkjs and rapidsnark. */
export const ProofJson = z.strictObject({
  pi_a: G1Json,
  pi_b: G2Json,
  pi_c: G1Json,
  protocol: z.literal('groth16'),
  curve: z.literal('bn128').optional(),
})
export type ProofJson = z.infer<typeof ProofJson>

export const PublicSignals = z.array(Decimal).max(publicSignalsMax)
export type PublicSignals = z.infer<typeof PublicSignals>

/** A proof whose points have been checked. */
export interface Proof {
  readonly a: G1Point
  readonly b: PairingPoint
  readonly c: G1Point
}

export function proofFromJson(json: ProofJson): Outcome<Proof> {
  const a = g1FromJson(json.pi_a, 'pi_a')
  if (!a.ok) return a
  const c = g1FromJson(json.pi_c, 'pi_c')
  if (!c.ok) return c
  const b = g2FromJson(json.pi_b, 'pi_b') // last: the test of the subgroup is what costs
  return b.ok ? pass({ a: a.value, b: b.value, c: c.value }) : b
}

export function proofToJson({ a, b, c }: Proof): ProofJson {
  return {
    pi_a: g1ToJson(a),
    pi_b: g2ToJson(b.point),
    pi_c: g1ToJson(c),
    protocol: 'groth16',
    curve: 'bn128',
  }
}
