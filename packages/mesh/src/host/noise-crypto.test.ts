import { randomBytes } from 'node:crypto'
import { pureJsCrypto } from '@libp2p/noise'
import { describe, expect, test } from 'vitest'
import { noiseCrypto } from './noise-crypto.ts'

const key = randomBytes(32)
const nonce = randomBytes(12)
const data = randomBytes(32)

describe.each([1, 400, 401, 1_200, 65_519])('a message of %i bytes', (length) => {
  const plaintext = randomBytes(length)
  const encrypted = () =>
    noiseCrypto.chaCha20Poly1305Encrypt(plaintext, nonce, data, key).subarray()
  const decrypted = (bytes: Uint8Array, by = key) =>
    noiseCrypto.chaCha20Poly1305Decrypt(bytes, nonce, data, by, new Uint8Array(length)).subarray()

  test('is what any other implementation makes of it, and comes back', () => {
    const expected = pureJsCrypto.chaCha20Poly1305Encrypt(plaintext, nonce, data, key).subarray()
    for (let time = 0; time < 2; time++) {
      expect(Buffer.compare(encrypted(), expected)).toBe(0)
      expect(Buffer.compare(decrypted(encrypted()), plaintext)).toBe(0)
    }
  })

  test('is refused where a bit of it, its tag or its key is another', () => {
    for (const at of [0, length + 15]) {
      const changed = Uint8Array.from(encrypted())
      changed[at]! ^= 1
      expect(() => decrypted(changed)).toThrow()
    }
    expect(() => decrypted(encrypted(), randomBytes(32))).toThrow()
  })
})
