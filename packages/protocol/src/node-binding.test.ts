import { secp256k1 } from '@noble/curves/secp256k1.js'
import { keccak_256 } from '@noble/hashes/sha3.js'
import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js'
import { TypedDataEncoder, verifyTypedData } from 'ethers/hash'
import { Wallet } from 'ethers/wallet'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import vectors from '../vectors/node-binding.json' with { type: 'json' }
import eip712 from '../vectors/published/eip712.json' with { type: 'json' }
import { OwnerAddress, PeerId } from './ids.ts'
import { publicKeyOf, signerFrom } from './keys.ts'
import { limits } from './limits.ts'
import {
  NodeBinding,
  nodeBindingHash,
  nodeBindingTypedData,
  SignedNodeBinding,
  verifyNodeBinding,
} from './node-binding.ts'
import { hostile } from './testing/arbitraries.ts'
import { highS, nodeBindingVectors } from './testing/log-vectors.ts'
import { propertyRuns } from './testing/property.ts'

const numRuns = propertyRuns
const wallet = new Wallet(`0x${'05'.repeat(32)}`)
const stranger = new Wallet(`0x${'06'.repeat(32)}`)
const ownerOf = ({ address }: Wallet) => OwnerAddress.parse(address.toLowerCase())
const nowMs = 1_800_000_000_000
const context = { nowMs, network: 'test' }
const binding: NodeBinding = {
  owner: ownerOf(wallet),
  peer_id: signerFrom(new Uint8Array(32).fill(7)).peerId,
  network: 'test',
  issued_at_ms: nowMs - 1_000,
  expires_at_ms: nowMs + 1_000,
}

/** As a wallet does it: from the typed data, not from our hash. */
async function sign(signer: Wallet, changes: Partial<NodeBinding> = {}) {
  const signed = { ...binding, ...changes }
  const { domain, types, message } = nodeBindingTypedData(signed)
  const { EIP712Domain: _, ...structs } = types
  const signature = await signer.signTypedData(domain, structs, message)
  return SignedNodeBinding.parse({ ...signed, signature })
}
const signed = await sign(wallet)

/** The same hash by ethers, from the typed data that wallets are shown. */
function hashByEthers(made: NodeBinding): string {
  const { domain, types, message } = nodeBindingTypedData(made)
  const { EIP712Domain: _, ...structs } = types
  return TypedDataEncoder.hash(domain, structs, message)
}

/** The address that signed 32 bytes, by noble: the last 20 bytes of the key's hash. */
function recoverByHand(hash: string, signature: string): string {
  const recovery = Number.parseInt(signature.slice(130), 16) - 27
  const point = secp256k1.Signature.fromHex(signature.slice(2, 130))
    .addRecoveryBit(recovery)
    .recoverPublicKey(hexToBytes(hash.slice(2)))
  return `0x${bytesToHex(keccak_256(point.toBytes(false).subarray(1)).subarray(12))}`
}

describe('EIP-712', () => {
  test('is what ethers does: the example of the EIP comes out as published', async () => {
    const { domain, types, message } = eip712
    const encoder = TypedDataEncoder.from(types)
    expect(encoder.encodeType('Mail')).toBe(eip712.encoded_type)
    expect(TypedDataEncoder.hashDomain(domain)).toBe(eip712.domain_separator)
    expect(encoder.hash(message)).toBe(eip712.struct_hash)
    expect(TypedDataEncoder.hash(domain, types, message)).toBe(eip712.hash)
    const signature = await new Wallet(eip712.secret_key).signTypedData(domain, types, message)
    expect(signature).toBe(eip712.signature)
    const signer = verifyTypedData(domain, types, message, signature).toLowerCase()
    expect(signer).toBe(eip712.signer)
    expect(recoverByHand(eip712.hash, signature)).toBe(eip712.signer)
  })
})

const anyBinding = fc.record({
  owner: fc.uint8Array({ minLength: 20, maxLength: 20 }).map((bytes) => {
    return OwnerAddress.parse(`0x${bytesToHex(bytes)}`)
  }),
  peer_id: fc.constantFrom(1, 2, 3).map((seed) => signerFrom(new Uint8Array(32).fill(seed)).peerId),
  network: fc.stringMatching(/^[a-z0-9][a-z0-9-]{0,31}$/),
  issued_at_ms: fc.integer({ min: 0, max: 8_640_000_000_000_000 }),
  expires_at_ms: fc.integer({ min: 0, max: 8_640_000_000_000_000 }),
})

describe('a binding of a node to its owner', () => {
  test('hashes as ethers does it', () => {
    fc.assert(
      fc.property(anyBinding, (any) => {
        const made = NodeBinding.parse(any)
        expect(nodeBindingHash(made)).toBe(hashByEthers(made))
      }),
      { numRuns },
    )
  })

  test('is shown to wallets in the form they take', () => {
    const { domain, types, primaryType, message } = nodeBindingTypedData(binding)
    const { EIP712Domain, ...structs } = types
    const expected = TypedDataEncoder.getPayload(domain, structs, message)
    expect({ domain, types: { EIP712Domain, ...structs }, primaryType, message }).toEqual(expected)
    expect(JSON.parse(JSON.stringify(nodeBindingTypedData(binding)))).toEqual(expected)
  })

  test('verifies as the wallet signed it, by two libraries', () => {
    expect(verifyNodeBinding(signed, context)).toEqual({ ok: true, value: binding })
    expect(recoverByHand(hashByEthers(binding), signed.signature)).toBe(binding.owner)
  })

  test('is refused with any field changed after it was signed', () => {
    const changes = {
      owner: ownerOf(stranger),
      peer_id: signerFrom(new Uint8Array(32).fill(8)).peerId,
      issued_at_ms: binding.issued_at_ms - 1,
      expires_at_ms: binding.expires_at_ms + 1,
    }
    for (const [field, value] of Object.entries(changes)) {
      const forged = { ...signed, [field]: value }
      const verdict = verifyNodeBinding(forged, context)
      expect(verdict).toMatchObject({ ok: false, code: 'BINDING_INVALID' })
      expect(verdict).toMatchObject({ reason: expect.stringMatching(/^signed by 0x/) })
    }
    const elsewhere = { ...signed, network: 'main' }
    const verdict = verifyNodeBinding(elsewhere, { ...context, network: 'main' })
    expect(verdict).toMatchObject({ reason: expect.stringMatching(/^signed by 0x/) })
  })

  test('is refused when another wallet signed it', async () => {
    const forged = await sign(stranger)
    expect(verifyNodeBinding(forged, context)).toMatchObject({
      code: 'BINDING_INVALID',
      reason: `signed by ${ownerOf(stranger)}, not by ${binding.owner}`,
    })
  })

  test('is refused on another network than it was made for', () => {
    expect(verifyNodeBinding(signed, { ...context, network: 'main' })).toMatchObject({
      code: 'BINDING_INVALID',
      reason: 'made for the network test',
    })
  })

  test('is in force from when it is issued, with some skew, until it expires', () => {
    const { issued_at_ms, expires_at_ms } = binding
    const at = (nowMs: number) => verifyNodeBinding(signed, { ...context, nowMs }).ok
    const skew = limits.messageClockSkewMs
    expect(at(issued_at_ms - skew - 1)).toBe(false)
    expect(at(issued_at_ms - skew)).toBe(true)
    expect(at(expires_at_ms - 1)).toBe(true)
    expect(at(expires_at_ms)).toBe(false)
    expect(at(Number.MAX_SAFE_INTEGER)).toBe(false)
  })

  test('is refused where it expires before it is issued', async () => {
    const backwards = await sign(wallet, { issued_at_ms: nowMs + 2, expires_at_ms: nowMs + 1 })
    expect(verifyNodeBinding(backwards, context)).toMatchObject({ code: 'BINDING_INVALID' })
  })

  test('has one signature: the malleable twin is refused, though it recovers the owner', () => {
    const signature = highS(signed.signature)
    expect(recoverByHand(hashByEthers(binding), signature)).toBe(binding.owner)
    expect(verifyNodeBinding({ ...signed, signature }, context)).toMatchObject({
      code: 'BINDING_INVALID',
      reason: 'the signature is not one in canonical form',
    })
  })

  test('takes s up to half the order and no further', () => {
    const half = 0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0n
    const reasonFor = (s: bigint) => {
      const signature = `${signed.signature.slice(0, 66)}${s.toString(16)}1b`
      const verdict = verifyNodeBinding({ ...signed, signature }, context)
      return verdict.ok ? '' : verdict.reason
    }
    expect(secp256k1.Point.Fn.ORDER / 2n).toBe(half)
    expect(reasonFor(half)).toMatch(/^signed by 0x/)
    expect(reasonFor(half + 1n)).toBe('the signature is not one in canonical form')
  })

  const [r, s, v] = [/^0x(.{64})(.{64})(..)$/.exec(signed.signature)!].flatMap((m) => m.slice(1))
  const zero = '0'.repeat(64)
  const order = 'fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141'
  test.each([
    ['v as a parity', `0x${r}${s}0${Number(v === '1c')}`],
    ['the other v', `0x${r}${s}${v === '1b' ? '1c' : '1b'}`],
    ['v of a chain', `0x${r}${s}25`],
    ['v beyond all', `0x${r}${s}ff`],
    ['r of zero', `0x${zero}${s}${v}`],
    ['s of zero', `0x${r}${zero}${v}`],
    ['r of the order', `0x${order}${s}${v}`],
    ['s of the order', `0x${r}${order}${v}`],
    ['r and s exchanged', `0x${s}${r}${v}`],
    ['nothing but zeros', `0x${zero}${zero}1b`],
  ])('is refused with %s', (_, signature) => {
    const forged = SignedNodeBinding.parse({ ...signed, signature })
    expect(verifyNodeBinding(forged, context)).toMatchObject({ code: 'BINDING_INVALID' })
  })

  test.each([
    ['in capitals', `0x${signed.signature.slice(2).toUpperCase()}`],
    ['without 0x', signed.signature.slice(2)],
    ['cut short', signed.signature.slice(0, -2)],
    ['too long', `${signed.signature}00`],
    ['that is no hex', signed.signature.replace(/..$/, 'zz')],
    ['in the compact form', signed.signature.slice(0, 130)],
    ['with a newline', `${signed.signature.slice(0, -1)}\n`],
  ])('has no form for a signature %s', (_, signature) => {
    expect(SignedNodeBinding.safeParse({ ...signed, signature }).success).toBe(false)
  })

  test('has no form for what is no owner, node, network or time', () => {
    const notAKey = PeerId.parse(`12D3KooW${'z'.repeat(44)}`)
    expect(publicKeyOf(notAKey)).toBeNull()
    for (const change of [
      { owner: wallet.address },
      { peer_id: notAKey },
      { network: '' },
      { network: 'Main' },
      { network: 'a'.repeat(33) },
      { issued_at_ms: -1 },
      { expires_at_ms: 1.5 },
      { expires_at_ms: 2 ** 53 },
      { chain_id: 1 },
    ]) {
      expect(SignedNodeBinding.safeParse({ ...signed, ...change }).success).toBe(false)
    }
  })

  test('is answered, whatever it is, without throwing', () => {
    const likely = fc.record({
      ...Object.fromEntries(
        Object.entries(signed).map(([key, value]) => [key, fc.constant(value)]),
      ),
      signature: fc.uint8Array({ minLength: 65, maxLength: 65 }).map((b) => `0x${bytesToHex(b)}`),
    })
    fc.assert(
      fc.property(fc.oneof(likely, hostile), (value) => {
        const parsed = SignedNodeBinding.safeParse(value)
        if (parsed.success) expect(verifyNodeBinding(parsed.data, context).ok).toBe(false)
      }),
      { numRuns },
    )
  })
})

describe('the golden bindings', () => {
  const golden = { nowMs: vectors.context.now_ms, network: vectors.context.network }

  test('are what this code makes of the same keys', () => {
    expect(nodeBindingVectors()).toEqual(vectors)
  })

  test('are taken as accepted', () => {
    const accepted = SignedNodeBinding.parse(vectors.accepted)
    expect(verifyNodeBinding(accepted, golden).ok).toBe(true)
    expect(hashByEthers(accepted)).toBe(vectors.hash)
    const owner = recoverByHand(vectors.hash, accepted.signature)
    expect(owner).toBe(accepted.owner)
  })

  test.each(vectors.refused)('are refused: $about', ({ binding }) => {
    const forged = SignedNodeBinding.parse(binding)
    expect(verifyNodeBinding(forged, golden)).toMatchObject({ code: 'BINDING_INVALID' })
  })
})
