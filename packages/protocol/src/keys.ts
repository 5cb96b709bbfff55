// A node's Ed25519 key: the peer id is the public key in libp2p's spelling, so that knowing who a
// node is and checking what it signed need nothing else.
import { ed25519 } from '@noble/curves/ed25519.js'
import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js'
import { base58btc } from 'multiformats/bases/base58'
import type { PeerId, Signature } from './ids.ts'

/** Multihash `identity`, 36 bytes; protobuf: type 1 (Ed25519), 32 bytes of key. */
const PEER_ID_PREFIX = Uint8Array.of(0x00, 0x24, 0x08, 0x01, 0x12, 0x20)
const KEY_BYTES = 32
const PEER_ID_CHARACTERS = 52

export function peerIdOf(publicKey: Uint8Array): PeerId {
  if (publicKey.length !== KEY_BYTES) throw new RangeError('an Ed25519 public key has 32 bytes')
  const bytes = new Uint8Array(PEER_ID_PREFIX.length + KEY_BYTES)
  bytes.set(PEER_ID_PREFIX)
  bytes.set(publicKey, PEER_ID_PREFIX.length)
  return base58btc.baseEncode(bytes) as PeerId
}

/** As many nodes as are heard of again and again, by a coordinator of many. */
const KEYS_KEPT = 4_096
const keys = new Map<PeerId, Uint8Array>()

/** The public key in a peer id, or null where the text only looks like one. */
export function publicKeyOf(peerId: PeerId): Uint8Array | null {
  const known = keys.get(peerId)
  if (known !== undefined) return known.slice()
  const key = readKey(peerId)
  if (key === null) return null
  const [oldest] = keys.size >= KEYS_KEPT ? keys.keys() : []
  if (oldest !== undefined) keys.delete(oldest)
  keys.set(peerId, key)
  return key.slice()
}

function readKey(peerId: PeerId): Uint8Array | null {
  // Before anything else: decoding base58 takes the square of the length.
  if (peerId.length !== PEER_ID_CHARACTERS) return null
  let bytes: Uint8Array
  try {
    bytes = base58btc.baseDecode(peerId)
  } catch {
    return null
  }
  if (bytes.length !== PEER_ID_PREFIX.length + KEY_BYTES) return null
  if (PEER_ID_PREFIX.some((byte, i) => bytes[i] !== byte)) return null
  return bytes.subarray(PEER_ID_PREFIX.length)
}

/** Signs as one node. The program that holds the key hands this out, never the key. */
export interface Signer {
  readonly peerId: PeerId
  sign(bytes: Uint8Array): Signature
}

/** A signer from the 32-byte secret of RFC 8032. */
export function signerFrom(secret: Uint8Array): Signer {
  const peerId = peerIdOf(ed25519.getPublicKey(secret))
  return { peerId, sign: (bytes) => bytesToHex(ed25519.sign(bytes, secret)) as Signature }
}

/** Checks a signature over bytes. Programs may hand in a native one; it must be as strict. */
export type VerifySignature = (
  publicKey: Uint8Array,
  bytes: Uint8Array,
  signature: Uint8Array,
) => boolean

/** RFC 8032 strictly: canonical encodings only, no key of small order, same answer everywhere. */
export const verifyEd25519: VerifySignature = (publicKey, bytes, signature) => {
  try {
    return ed25519.verify(signature, bytes, publicKey, { zip215: false })
  } catch {
    return false
  }
}

/** Whether `signature` over `bytes` was made by the node `peerId`. */
export function isSignedBy(
  peerId: PeerId,
  bytes: Uint8Array,
  signature: Signature,
  verify: VerifySignature = verifyEd25519,
): boolean {
  const publicKey = publicKeyOf(peerId)
  return publicKey !== null && verify(publicKey, bytes, hexToBytes(signature))
}
