import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js'
import { describe, expect, test } from 'vitest'
import { coordinateModulus } from '../pairing/base-field.ts'
import { keyOf, proofBy, trapdoor } from '../testing/trapdoor.ts'
import { type Proof, proofFromJson, proofToJson } from './proof.ts'
import { decodeProof, encodeProof, proofBytes } from './proof-codec.ts'
import { verificationKeyFrom } from './verification-key.ts'
import { verify } from './verify.ts'

const secrets = trapdoor(1, 1)

describe('a compressed proof', () => {
  test('is the proof again, in 128 bytes', () => {
    for (let seed = 2; seed < 12; seed++) {
      const proof = made(seed)
      const bytes = encodeProof(proof)
      expect(bytes).toHaveLength(proofBytes)
      const again = decodeProof(bytes)
      expect(again.ok && proofToJson(again.value)).toEqual(proofToJson(proof))
    }
  })

  test('with a bit turned is refused or no longer proves anything', () => {
    const bytes = encodeProof(made(3))
    const key = verificationKeyFrom(keyOf(secrets))
    let refused = 0
    for (let bit = 0; bit < proofBytes * 8; bit += 13) {
      const turned = Uint8Array.from(bytes)
      turned[bit >> 3]! ^= 0x80 >> (bit & 7)
      const decoded = decodeProof(turned)
      if (!decoded.ok) refused++
      else if (encodeProof(decoded.value).some((byte, i) => byte !== turned[i])) {
        expect.unreachable(`bit ${bit} has two spellings`)
      } else {
        const claim = { proof: decoded.value, signals: [7n] }
        expect(key.ok && verify(key.value, claim).ok, `bit ${bit}`).toBe(false)
      }
    }
    expect(refused).toBeGreaterThan(40)
  })

  test('is refused with other lengths and without its marks', () => {
    const bytes = encodeProof(made(4))
    const lengths = [bytes.subarray(1), bytes.subarray(0, -1), Uint8Array.of(...bytes, 0)]
    for (const other of [...lengths, new Uint8Array(), bytes.subarray(0, 96)]) {
      const refusal = { ok: false, reason: `a proof has ${proofBytes} bytes` }
      expect(decodeProof(other)).toMatchObject(refusal)
    }
    expect(decodeProof(new Uint8Array(128)).ok).toBe(false)
    expect(decodeProof(new Uint8Array(128).fill(255)).ok).toBe(false)
    for (const at of [0, 32, 96]) {
      const unmarked = Uint8Array.from(bytes)
      unmarked[at]! &= 0x7f
      expect(decodeProof(unmarked)).toMatchObject({ ok: false, code: 'NOT_CANONICAL' })
    }
  })
})

test.each([0, 32, 64, 96])('a coordinate at byte %i has no larger spelling', (at) => {
  const mask = 2n ** 254n - 1n
  let bytes: Uint8Array = new Uint8Array()
  let [element, seed] = [mask, 5]
  while ((element & mask) + coordinateModulus > mask) {
    bytes = encodeProof(made(seed++))
    element = BigInt(`0x${bytesToHex(bytes.subarray(at, at + 32))}`)
  }
  expect(decodeProof(bytes).ok).toBe(true)
  bytes.set(hexToBytes((element + coordinateModulus).toString(16).padStart(64, '0')), at)
  expect(decodeProof(bytes)).toMatchObject({ ok: false, code: 'NOT_CANONICAL' })
})

function made(seed: number): Proof {
  const proof = proofFromJson(proofBy(secrets, [7n], seed))
  if (!proof.ok) throw new Error(proof.reason)
  return proof.value
}
