import { publicKeyOf, signerFrom, verifyEd25519 } from '@vcp/protocol'
import { beforeEach, describe, expect, test } from 'vitest'
import { rememberedVerify } from './remembered-verify.ts'

const signer = signerFrom(new Uint8Array(32).fill(1))
const key = publicKeyOf(signer.peerId)!
const otherKey = publicKeyOf(signerFrom(new Uint8Array(32).fill(2)).peerId)!
const head = Buffer.from('the head of a log')
const signature = Buffer.from(signer.sign(head), 'hex')

let checks = 0
let verify: ReturnType<typeof rememberedVerify>
beforeEach(() => {
  checks = 0
  verify = rememberedVerify((...signed) => {
    checks += 1
    return verifyEd25519(...signed)
  })
})

describe('a remembered signature', () => {
  test('is checked once', () => {
    expect([verify(key, head, signature), verify(key, head, signature)]).toEqual([true, true])
    expect(checks).toBe(1)
  })

  test('vouches for no other bytes and no other key', () => {
    expect(verify(key, head, signature)).toBe(true)
    expect(verify(key, Buffer.from('the head of a lie'), signature)).toBe(false)
    expect(verify(otherKey, head, signature)).toBe(false)
    expect(checks).toBe(3)
  })

  test('is forgotten behind many others, and one that is wrong is never remembered', () => {
    verify(key, head, signature)
    for (let n = 0; n < 64; n += 1) {
      const bytes = Buffer.from(`result ${n}`)
      verify(key, bytes, Buffer.from(signer.sign(bytes), 'hex'))
    }
    expect(verify(key, head, signature)).toBe(true)
    expect(verify(otherKey, head, signature)).toBe(false)
    expect(verify(otherKey, head, signature)).toBe(false)
    expect(checks).toBe(68)
  })
})
