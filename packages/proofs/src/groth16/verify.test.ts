import { describe, expect, test } from 'vitest'
import { scalarModulus } from '../field/scalar-field.ts'
import { coordinateModulus } from '../pairing/base-field.ts'
import { linesOf, twistB } from '../pairing/lines.ts'
import { keyOf, proofBy, scalars, trapdoor } from '../testing/trapdoor.ts'
import { Fp2, G2, g2Point, g2ToJson } from './points.ts'
import type { ProofJson } from './proof.ts'
import { verificationKeyFrom } from './verification-key.ts'
import { claimFrom, verify } from './verify.ts'
import { verifyBatch } from './verify-batch.ts'

const secrets = trapdoor(1, 3)
const key = opened(keyOf(secrets))
const signals = [5n, 0n, scalarModulus - 1n]
const proof = proofBy(secrets, signals, 2)
const decimals = signals.map(String)

describe('verify', () => {
  test('accepts valid proofs, whatever the signals', () => {
    for (let seed = 3; seed < 8; seed++) {
      const next = scalars(seed)
      const chosen = [next(), next(), next()]
      expect(check(proofBy(secrets, chosen, seed), chosen.map(String)).ok).toBe(true)
    }
  })

  test('accepts a proof that somebody re-randomised, which Groth16 allows anybody', () => {
    const { x, y } = negated(proof.pi_b)
    const again = { ...proof, pi_a: negatedG1(proof.pi_a), pi_b: [x, y, ['1', '0']] }
    expect(check(again, decimals).ok).toBe(true)
  })

  test('refuses proofs whose elements are swapped, negated or of another proof', () => {
    const other = proofBy(secrets, [6n, 0n, 1n], 4)
    const forged: ProofJson[] = [
      { ...proof, pi_a: proof.pi_c, pi_c: proof.pi_a },
      { ...proof, pi_a: negatedG1(proof.pi_a) },
      { ...proof, pi_c: negatedG1(proof.pi_c) },
      { ...proof, pi_a: other.pi_a },
      { ...proof, pi_b: other.pi_b },
      { ...proof, pi_c: other.pi_c },
      other,
    ]
    expect(forged.map((each) => check(each, decimals).ok)).not.toContain(true)
  })

  test('refuses other signals: one changed, two swapped, one too few or too many', () => {
    const [first, second, third] = decimals as [string, string, string]
    const lists = [
      ['6', second, third],
      [second, first, third],
      [first, second],
      [...decimals, '0'],
      [],
    ]
    expect(lists.map((list) => check(proof, list).ok)).not.toContain(true)
  })

  test('refuses a claim whose signals are other numbers of the same class', () => {
    const claim = claimFrom(proof, decimals)
    if (!claim.ok) throw new Error(claim.reason)
    const [first, ...rest] = signals as [bigint, bigint, bigint]
    for (const other of [first + scalarModulus, first - scalarModulus, first + 2n ** 256n]) {
      const alias = { ...claim.value, signals: [other, ...rest] }
      const refusal = { ok: false, reason: expect.stringContaining('public signal 0') }
      expect(verify(key, alias)).toMatchObject(refusal)
      const random = (count: number) => new Uint8Array(count).fill(3)
      const verdicts = verifyBatch(key, [claim.value, alias], random)
      expect(verdicts).toMatchObject([{ ok: true }, refusal])
    }
  })

  test('refuses the proof under the key of another circuit', () => {
    const other = opened(keyOf(trapdoor(9, 3)))
    const claim = claimFrom(proof, decimals)
    expect(claim.ok && verify(other, claim.value).ok).toBe(false)
  })
})

describe('a malformed proof', () => {
  const paths = ['pi_a.0', 'pi_a.1', 'pi_b.0.0', 'pi_b.0.1', 'pi_b.1.0', 'pi_b.1.1', 'pi_c.0']

  test.each([...paths, 'pi_c.1'])('is refused with any bit of %s turned', (path) => {
    const before = BigInt(at(proof, path))
    for (let bit = 0n; bit < 256n; bit++) {
      expect(isTaken(withValue(path, String(before ^ (1n << bit)))), `bit ${bit}`).toBe(false)
    }
  })

  test.each([...paths, 'pi_c.1'])('is refused with another spelling of %s', (path) => {
    const value = at(proof, path)
    const spellings = [
      String(BigInt(value) + coordinateModulus),
      String(coordinateModulus),
      String(2n ** 256n),
      `0x${BigInt(value).toString(16)}`,
      `0${value}`,
      `-${value}`,
      `${value}.0`,
      ` ${value}`,
      `${value}\n`,
      '',
      '1e3',
      '9'.repeat(10_000),
      1,
      null,
      [value],
      {},
    ]
    for (const spelling of spellings) {
      expect(isTaken(withValue(path, spelling)), String(spelling).slice(0, 80)).toBe(false)
    }
  })

  test('is refused with a point at infinity, however it is written', () => {
    const spellings = [
      ['0', '1', '0'],
      ['0', '0', '1'],
      ['0', '0', '0'],
      ['0', '1', '1'],
    ]
    for (const point of spellings) {
      expect(isTaken({ ...proof, pi_a: point })).toBe(false)
      expect(isTaken({ ...proof, pi_c: point })).toBe(false)
      const doubled = point.map((value) => [value, '0'])
      expect(isTaken({ ...proof, pi_b: doubled })).toBe(false)
    }
  })

  test('is refused with a point of the twist that is outside the subgroup', () => {
    let found = 0
    for (let x = 1n; found < 20; x++) {
      const point = onTwist(x)
      if (point === null) continue
      found++
      const outside = G2.fromAffine(point)
      expect(outside.isTorsionFree()).toBe(false)
      expect(linesOf(point)).toBe(null)
      expect(isTaken({ ...proof, pi_b: g2ToJson(outside) })).toBe(false)
      expect(g2Point(point.x, point.y, 'it').ok).toBe(false)
    }
  })

  test('is refused with a point off the twist, before anything is worked out from it', () => {
    const { x, y } = G2.BASE.toAffine()
    const off = g2Point(x, { c0: y.c0, c1: y.c1 + 1n }, 'it')
    expect(off).toMatchObject({ ok: false, reason: 'it: the point is not on the curve' })
  })

  test('is refused with fields missing, added or of another protocol', () => {
    const { pi_a: _, ...without } = proof
    const wrong = [
      without,
      { ...proof, more: 1 },
      { ...proof, protocol: 'plonk' },
      { ...proof, curve: 'bls12381' },
      { ...proof, pi_a: proof.pi_a.slice(0, 2) },
      { ...proof, pi_a: [...proof.pi_a, '1'] },
      { ...proof, pi_a: [proof.pi_a[0], proof.pi_a[1], '2'] },
      { ...proof, pi_c: [proof.pi_c[0], proof.pi_c[1], '0'] },
      { ...proof, pi_b: [proof.pi_b[0], proof.pi_b[1], ['2', '0']] },
      null,
      [],
      'proof',
    ]
    expect(wrong.map(isTaken)).not.toContain(true)
  })

  test('is refused with signals that are not canonical, or too many', () => {
    const wrong = [
      ['5', '0', String(scalarModulus)],
      [String(scalarModulus + 5n), '0', decimals[2]],
      ['05', '0', decimals[2]],
      ['-1', '0', '0'],
      [5, 0, 0],
      new Array(65).fill('0'),
      'signals',
    ]
    expect(wrong.map((list) => claimFrom(proof, list).ok)).not.toContain(true)
  })
})

describe('a verification key', () => {
  const json = keyOf(secrets)

  test.each([
    ['delta is gamma, so that anybody can forge', { vk_delta_2: json.vk_gamma_2 }],
    ['delta is gamma negated', { vk_delta_2: negatedG2(json.vk_gamma_2) }],
    ['delta is the generator', { vk_delta_2: g2ToJson(G2.BASE) }],
    ['nPublic is not what the points say', { nPublic: 2 }],
    ['a point of a signal is infinity', { IC: [...json.IC.slice(0, 3), ['0', '1', '0']] }],
    ['there are no signals', { nPublic: 0, IC: json.IC.slice(0, 1) }],
    ['a point is off the curve', { vk_alpha_1: ['1', '1', '1'] }],
    ['it is for another curve', { curve: 'bls12381' }],
  ])('is refused where %s', (_, change) => {
    expect(verificationKeyFrom(json).ok).toBe(true)
    expect(verificationKeyFrom({ ...json, ...change }).ok).toBe(false)
  })

  test('is refused with a point outside the subgroup', () => {
    let x = 1n
    while (onTwist(x) === null) x++
    const outside = g2ToJson(G2.fromAffine(onTwist(x)!))
    for (const name of ['vk_beta_2', 'vk_gamma_2', 'vk_delta_2']) {
      expect(verificationKeyFrom({ ...json, [name]: outside }).ok).toBe(false)
    }
  })
})

function check(proofJson: unknown, list: unknown) {
  const claim = claimFrom(proofJson, list)
  return claim.ok ? verify(key, claim.value) : claim
}

function isTaken(proofJson: unknown): boolean {
  return check(proofJson, decimals).ok
}

function opened(json: unknown) {
  const opening = verificationKeyFrom(json)
  if (!opening.ok) throw new Error(opening.reason)
  return opening.value
}

function at(value: unknown, path: string): string {
  return path
    .split('.')
    .reduce((part, name) => (part as Record<string, unknown>)[name], value) as string
}

function withValue(path: string, value: unknown): unknown {
  const copy = structuredClone(proof) as unknown
  const names = path.split('.')
  const last = names.pop()!
  const parent = names.reduce((part, name) => (part as Record<string, unknown>)[name], copy)
  ;(parent as Record<string, unknown>)[last] = value
  return copy
}

function negatedG1([x, y]: ProofJson['pi_a']): ProofJson['pi_a'] {
  return [x, String(coordinateModulus - BigInt(y)), '1']
}

function negated([x, [y0, y1]]: ProofJson['pi_b']) {
  const turned = [y0, y1].map((part) =>
    String((coordinateModulus - BigInt(part)) % coordinateModulus),
  )
  return { x, y: turned }
}

function negatedG2(point: ProofJson['pi_b']) {
  const { x, y } = negated(point)
  return [x, y, ['1', '0']]
}

function onTwist(x: bigint) {
  const point = { c0: x, c1: 0n }
  const square = Fp2.add(Fp2.mul(Fp2.sqr(point), point), twistB)
  const half = (coordinateModulus ** 2n - 1n) / 2n
  return Fp2.eql(Fp2.pow(square, half), Fp2.ONE) ? { x: point, y: Fp2.sqrt(square) } : null
}
