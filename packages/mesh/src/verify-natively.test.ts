import { publicKeyOf, signerFrom, verifyEd25519 } from '@vcp/protocol'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ana, ben } from './testing/keys.ts'
import { createNativeVerify, nativeSigner } from './verify-natively.ts'

const bytes = new TextEncoder().encode('what was signed')
const keyOf = (signer: typeof ana) => publicKeyOf(signer.peerId) ?? new Uint8Array()
const signatureOf = (signer: typeof ana) => Buffer.from(signer.sign(bytes), 'hex')

describe('the native check', () => {
  test('gives the answers of our own, before and after a key is vetted', () => {
    const verify = createNativeVerify()
    for (let round = 0; round < 2; round++) {
      expect(verify(keyOf(ana), bytes, signatureOf(ana))).toBe(true)
      expect(verify(keyOf(ana), bytes, signatureOf(ben))).toBe(false)
      expect(verify(keyOf(ana), bytes.subarray(1), signatureOf(ana))).toBe(false)
      expect(verify(keyOf(ben), bytes, signatureOf(ana))).toBe(false)
    }
  })

  test('takes no key of small order, however often it comes', () => {
    // The neutral point: with it, R = B and s = 1 satisfy the equation for every message.
    const key = Uint8Array.from({ length: 32 }, (_, i) => (i === 0 ? 1 : 0))
    const base = Buffer.from(`58${'66'.repeat(31)}`, 'hex')
    const signature = Buffer.concat([base, Buffer.from(`01${'00'.repeat(31)}`, 'hex')])
    const verify = createNativeVerify()
    expect(verifyEd25519(key, bytes, signature)).toBe(false)
    expect([verify(key, bytes, signature), verify(key, bytes, signature)]).toEqual([false, false])
  })
})

const bytes32 = fc.uint8Array({ minLength: 32, maxLength: 32 })

test('a native signature is the one that our own code makes', () => {
  fc.assert(
    fc.property(bytes32, fc.uint8Array({ maxLength: 2_000 }), (secret, message) => {
      const [ours, native] = [signerFrom(secret), nativeSigner(secret)]
      expect(native.peerId).toBe(ours.peerId)
      expect(native.sign(message)).toBe(ours.sign(message))
    }),
    { numRuns: 50 },
  )
})
