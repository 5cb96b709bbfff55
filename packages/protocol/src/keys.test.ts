import {
  createPrivateKey,
  createPublicKey,
  sign as nativeSign,
  verify as nativeVerify,
} from 'node:crypto'
import { bytesToHex, concatBytes, hexToBytes } from '@noble/hashes/utils.js'
import { describe, expect, test } from 'vitest'
import smallOrder from '../vectors/published/ed25519-small-order.json' with { type: 'json' }
import rfc8032 from '../vectors/published/rfc8032.json' with { type: 'json' }
import type { PeerId, Signature } from './ids.ts'
import { isSignedBy, peerIdOf, publicKeyOf, signerFrom, verifyEd25519 } from './keys.ts'
import { NodeBinding } from './node-binding.ts'

/** The order of the base point, as RFC 8032 gives it. */
const L = 2n ** 252n + 27742317777372353535851937790883648493n

describe('signing and verifying', () => {
  test.each(rfc8032.vectors)('agree with RFC 8032, $name', (vector) => {
    const signer = signerFrom(hexToBytes(vector.secret))
    const message = hexToBytes(vector.message)
    expect(publicKeyOf(signer.peerId)).toEqual(hexToBytes(vector.public))
    expect(signer.sign(message)).toBe(vector.signature)
    expect(isSignedBy(signer.peerId, message, vector.signature as Signature)).toBe(true)
  })

  test('agree with the implementation in OpenSSL', () => {
    const secret = hexToBytes(rfc8032.vectors[0]!.secret)
    const der = concatBytes(hexToBytes('302e020100300506032b657004220420'), secret)
    const key = createPrivateKey({ key: Buffer.from(der), format: 'der', type: 'pkcs8' })
    const message = new TextEncoder().encode('what a node says')
    const signer = signerFrom(secret)
    expect(bytesToHex(nativeSign(null, message, key))).toBe(signer.sign(message))
    expect(
      nativeVerify(null, message, createPublicKey(key), hexToBytes(signer.sign(message))),
    ).toBe(true)
  })

  test.each(smallOrder.public)('refuse the key of small order %s', (key) => {
    const identity = concatBytes(Uint8Array.of(1), new Uint8Array(31))
    for (const point of [hexToBytes(key), identity]) {
      const signature = concatBytes(point, new Uint8Array(32))
      expect(verifyEd25519(hexToBytes(key), Uint8Array.of(1, 2, 3), signature)).toBe(false)
    }
  })

  test('refuse a signature whose scalar is not reduced', () => {
    const signer = signerFrom(hexToBytes(rfc8032.vectors[1]!.secret))
    const message = Uint8Array.of(0x72)
    const signature = hexToBytes(signer.sign(message))
    const scalar = BigInt(`0x${bytesToHex(signature.slice(32).reverse())}`) + L
    signature.set(hexToBytes(scalar.toString(16).padStart(64, '0')).reverse(), 32)
    expect(isSignedBy(signer.peerId, message, bytesToHex(signature) as Signature)).toBe(false)
  })

  test('refuse every change of one bit in the signature', () => {
    const { public: key, message, signature } = rfc8032.vectors[2]!
    for (let bit = 0; bit < 512; bit += 7) {
      const changed = hexToBytes(signature)
      changed[bit >> 3]! ^= 1 << (bit & 7)
      expect(verifyEd25519(hexToBytes(key), hexToBytes(message), changed)).toBe(false)
    }
  })

  test('answer false, and do not throw, for keys and signatures of a wrong length', () => {
    expect(verifyEd25519(new Uint8Array(31), Uint8Array.of(), new Uint8Array(64))).toBe(false)
    expect(verifyEd25519(new Uint8Array(32).fill(255), Uint8Array.of(), new Uint8Array(63))).toBe(
      false,
    )
  })
})

describe('a peer id', () => {
  test('from the specification of libp2p reads and writes back the same', () => {
    const published = '12D3KooWD3eckifWpRn9wQpMG9R9hX3sD158z7EqHWmweQAJU5SA' as PeerId
    const key = publicKeyOf(published)
    expect(key).toHaveLength(32)
    expect(peerIdOf(key!)).toBe(published)
  })

  test('as long as a book is refused unread, also by a schema that looks into it', () => {
    const book = `12D3KooW${'z'.repeat(2_000_000)}` as PeerId
    expect(publicKeyOf(book)).toBeNull()
    expect(NodeBinding.shape.peer_id.safeParse(book).success).toBe(false)
  })

  test('of another form is no key', () => {
    const peerId = signerFrom(hexToBytes(rfc8032.vectors[0]!.secret)).peerId
    expect(publicKeyOf(`${peerId.slice(0, -1)}` as PeerId)).toBeNull()
    expect(publicKeyOf(`Q${peerId.slice(1)}` as PeerId)).toBeNull()
    expect(publicKeyOf('0OIl' as PeerId)).toBeNull()
  })
})
