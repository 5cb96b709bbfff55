import { signerFrom } from '@vcp/protocol'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { nativeSigner } from './native-signer.ts'

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
