// An owner's wallet binds a node's key to itself by EIP-712 typed data, which any wallet can show
// and sign. The signature is the owner's consent alone; the node's own is the registration envelope
// that carries the binding, signed by the node's key: without it anyone could claim another's node.
import { secp256k1 } from '@noble/curves/secp256k1.js'
import { keccak_256 } from '@noble/hashes/sha3.js'
import { bytesToHex, concatBytes, hexToBytes, utf8ToBytes } from '@noble/hashes/utils.js'
import * as z from 'zod'
import { OwnerAddress, PeerId } from './ids.ts'
import { publicKeyOf } from './keys.ts'
import { limits } from './limits.ts'
import { type Outcome, pass, refuse } from './outcome.ts'
import { AtMs } from './quantities.ts'

/** A network of coordinators and nodes. A binding made for one is worth nothing on another. */
export const NetworkName = z
  .string()
  .min(1)
  .max(32)
  .regex(/^[a-z0-9][a-z0-9-]*$/)
export type NetworkName = z.infer<typeof NetworkName>

const bindingFields = {
  owner: OwnerAddress,
  peer_id: PeerId.refine((peerId) => publicKeyOf(peerId) !== null, 'no Ed25519 key in this id'),
  network: NetworkName,
  issued_at_ms: AtMs,
  expires_at_ms: AtMs,
}

export const NodeBinding = z.strictObject(bindingFields)
export type NodeBinding = z.infer<typeof NodeBinding>

/** The signature as wallets give it: r, s and v. */
export const SignedNodeBinding = z.strictObject({
  ...bindingFields,
  signature: z
    .string()
    .length(132)
    .regex(/^0x[0-9a-f]{130}$/),
})
export type SignedNodeBinding = z.infer<typeof SignedNodeBinding>

// Without a chain id: an address is the same on every chain, nothing here is sent to one, and
// wallets refuse to sign for a chain other than the one they show. `network` keeps networks apart.
const domain = { name: 'vcp', version: '1' }
const domainType = [
  { name: 'name', type: 'string' },
  { name: 'version', type: 'string' },
]
const types = {
  NodeBinding: [
    { name: 'owner', type: 'address' },
    { name: 'nodeKey', type: 'bytes32' },
    { name: 'network', type: 'string' },
    { name: 'issuedAtMs', type: 'uint64' },
    { name: 'expiresAtMs', type: 'uint64' },
  ],
}

/** What a wallet is asked to sign: the second parameter of `eth_signTypedData_v4`. */
export function nodeBindingTypedData(binding: NodeBinding) {
  return {
    domain,
    types: { EIP712Domain: domainType, ...types },
    primaryType: 'NodeBinding',
    message: messageOf(binding),
  } as const
}

/** The 32 bytes that the owner's key signs, as `0x` and hex. */
export function nodeBindingHash(binding: NodeBinding): string {
  return `0x${bytesToHex(hashOf(binding))}`
}

export interface BindingContext {
  readonly nowMs: number
  readonly network: string
}

/** Whether the owner's key has signed this binding, for this network, and it is in force. */
export function verifyNodeBinding(
  { signature, ...binding }: SignedNodeBinding,
  { nowMs, network }: BindingContext,
): Outcome<NodeBinding> {
  if (binding.network !== network) return invalid(`made for the network ${binding.network}`)
  if (binding.issued_at_ms > nowMs + limits.messageClockSkewMs) {
    return invalid(`issued ${binding.issued_at_ms - nowMs} ms in the future`)
  }
  if (binding.expires_at_ms <= binding.issued_at_ms) return invalid('expires before it is issued')
  if (binding.expires_at_ms <= nowMs) {
    return invalid(`expired ${nowMs - binding.expires_at_ms} ms ago`)
  }
  const signer = signerOf(binding, signature)
  if (signer === null) return invalid('the signature is not one in canonical form')
  if (signer !== binding.owner) return invalid(`signed by ${signer}, not by ${binding.owner}`)
  return pass(binding)
}

/** Half the order of secp256k1: of s and n - s, which sign the same, only the lower is taken. */
const HIGHEST_S = '7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0'
const R_DIGITS = 2 + 64

/** Who signed what of late: a binding comes with every result of its node, and takes 2.4 ms. */
const recovered = new Map<string, string | null>()
const recoveredMax = 1_024

function signerOf(binding: NodeBinding, signature: string): string | null {
  const { owner, peer_id, network, issued_at_ms, expires_at_ms } = binding
  const name = [signature, owner, peer_id, network, issued_at_ms, expires_at_ms].join(' ')
  const known = recovered.get(name)
  if (known !== undefined) return known
  const signer = recover(binding, signature)
  const [oldest] = recovered.size >= recoveredMax ? recovered.keys() : []
  if (oldest !== undefined) recovered.delete(oldest)
  recovered.set(name, signer)
  return signer
}

/** The address whose key signed: the last 20 bytes of the hash of the public key. */
function recover(binding: NodeBinding, signature: string): string | null {
  const s = signature.slice(R_DIGITS, R_DIGITS + HIGHEST_S.length)
  const v = signature.slice(R_DIGITS + HIGHEST_S.length)
  if (s > HIGHEST_S || (v !== '1b' && v !== '1c')) return null
  try {
    const point = secp256k1.Signature.fromHex(signature.slice(2, -v.length))
      .addRecoveryBit(v === '1b' ? 0 : 1)
      .recoverPublicKey(hashOf(binding))
    return `0x${bytesToHex(keccak_256(point.toBytes(false).subarray(1)).subarray(12))}`
  } catch {
    return null // r is no point of the curve
  }
}

/** EIP-712: keccak-256 over 0x19, 0x01, the domain separator and the hash of the struct. */
function hashOf({ owner, peer_id, network, issued_at_ms, expires_at_ms }: NodeBinding): Uint8Array {
  const separator = keccak(
    keccakOfText(typeText('EIP712Domain', domainType)),
    keccakOfText(domain.name),
    keccakOfText(domain.version),
  )
  const struct = keccak(
    keccakOfText(typeText('NodeBinding', types.NodeBinding)),
    word(owner.slice(2)),
    keyOf(peer_id),
    keccakOfText(network),
    word(issued_at_ms.toString(16)),
    word(expires_at_ms.toString(16)),
  )
  return keccak(Uint8Array.of(0x19, 0x01), separator, struct)
}

/** `NodeBinding(address owner,...)`, as the EIP writes a type. */
function typeText(name: string, fields: readonly { name: string; type: string }[]): string {
  return `${name}(${fields.map((field) => `${field.type} ${field.name}`).join(',')})`
}

function keccak(...parts: readonly Uint8Array[]): Uint8Array {
  return keccak_256(concatBytes(...parts))
}

function keccakOfText(text: string): Uint8Array {
  return keccak_256(utf8ToBytes(text))
}

/** 32 bytes, big-endian. */
function word(hex: string): Uint8Array {
  return hexToBytes(hex.padStart(64, '0'))
}

function keyOf(peerId: PeerId): Uint8Array {
  const publicKey = publicKeyOf(peerId)
  if (publicKey === null) throw new RangeError(`no Ed25519 key in ${peerId}`)
  return publicKey
}

function messageOf({ owner, peer_id, network, issued_at_ms, expires_at_ms }: NodeBinding) {
  return {
    owner,
    nodeKey: `0x${bytesToHex(keyOf(peer_id))}`,
    network,
    // As text, the way wallets take numbers of any width.
    issuedAtMs: String(issued_at_ms),
    expiresAtMs: String(expires_at_ms),
  }
}

function invalid(why: string) {
  return refuse('BINDING_INVALID', why)
}
