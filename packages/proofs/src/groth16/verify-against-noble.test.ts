// The pairing is ours; here it is asked, claim by claim, whether it decides as that of
// @noble/curves does, which multiplies four pairings without any of our shortcuts.
import { bn254 } from '@noble/curves/bn254.js'
import { describe, expect, test } from 'vitest'
import { power, reduce, scalarModulus } from '../field/scalar-field.ts'
import { keyOf, proofBy, scalars, trapdoor } from '../testing/trapdoor.ts'
import { G1, g1FromJson, g2FromJson } from './points.ts'
import { type VerificationKeyJson, verificationKeyFrom } from './verification-key.ts'
import { type Claim, claimFrom, verify } from './verify.ts'
import { verifyBatch } from './verify-batch.ts'

describe.each([1, 3, 17])('claims with %i signals', (count) => {
  const secrets = trapdoor(count, count)
  const json = keyOf(secrets)
  const key = taken(verificationKeyFrom(json))
  const next = scalars(count + 100)
  const claimed = (signals: bigint[], seed: number) =>
    taken(claimFrom(proofBy(secrets, signals, seed), signals.map(String)))

  test('hold or fail as they do there, alone and in a batch', () => {
    const claims: Claim[] = []
    for (let i = 0; i < 3; i++) {
      const signals = Array.from({ length: count }, () => edge(i, next()))
      const honest = claimed(signals, i)
      const { a, b, c } = honest.proof
      const other = claimed(signals, i + 50).proof
      const changed = signals.map((signal, at) => (at === i % count ? reduce(signal + 1n) : signal))
      claims.push(
        honest,
        { ...honest, signals: changed },
        { ...honest, proof: { a: a.negate(), b, c } },
        { ...honest, proof: { a, b: other.b, c } },
        { ...honest, proof: { a: c, b, c: a } },
        { ...honest, proof: { a, b, c: c.add(G1.BASE) } },
      )
    }
    const theirs = claims.map((claim) => holdsThere(json, claim))
    expect(theirs.filter((holds) => holds)).toHaveLength(3)
    expect(claims.map((claim) => verify(key, claim).ok)).toEqual(theirs)
    expect(verifyBatch(key, claims, weights(count)).map(({ ok }) => ok)).toEqual(theirs)
  }, 60_000)

  test('hold where the signals add up to the point at infinity', () => {
    const { inputs } = secrets
    const most = Array.from({ length: count - 1 }, next)
    const sum = most.reduce((total, signal, i) => total + signal * inputs[i + 1]!, inputs[0]!)
    const last = reduce(-sum * power(inputs[count]!, scalarModulus - 2n))
    const honest = claimed([...most, last], 300)
    expect(verify(key, honest).ok).toBe(true)
    const false_ = { ...honest, proof: { ...honest.proof, a: honest.proof.a.double() } }
    expect(verify(key, false_).ok).toBe(false)
    expect(verifyBatch(key, [honest, false_], weights(1)).map(({ ok }) => ok)).toEqual([
      true,
      false,
    ])
  })
})

function holdsThere(json: VerificationKeyJson, { proof, signals }: Claim): boolean {
  const inputs = json.IC.map((point) => taken(g1FromJson(point, 'IC')))
  const sum = signals.reduce(
    (total, signal, i) => total.add(inputs[i + 1]!.multiplyUnsafe(signal)),
    inputs[0]!,
  )
  const second = (point: VerificationKeyJson['vk_beta_2']) => taken(g2FromJson(point, 'G2')).point
  const product = bn254.pairingBatch([
    { g1: proof.a.negate(), g2: proof.b.point },
    { g1: taken(g1FromJson(json.vk_alpha_1, 'alpha')), g2: second(json.vk_beta_2) },
    { g1: sum, g2: second(json.vk_gamma_2) },
    { g1: proof.c, g2: second(json.vk_delta_2) },
  ])
  return bn254.fields.Fp12.eql(product, bn254.fields.Fp12.ONE)
}

/** The least, the largest and any. */
function edge(i: number, any: bigint): bigint {
  return [0n, scalarModulus - 1n][i] ?? any
}

function weights(seed: number) {
  const next = scalars(seed)
  return (count: number) => Uint8Array.from({ length: count }, () => Number(next() & 255n))
}

function taken<T>(outcome: { ok: true; value: T } | { ok: false; reason: string }): T {
  if (!outcome.ok) throw new Error(outcome.reason)
  return outcome.value
}
