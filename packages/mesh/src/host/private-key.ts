// libp2p asks for a private key where it only ever signs. It gets our signer in that shape: the
// secret stays where it is.
import { publicKeyFromRaw } from '@libp2p/crypto/keys'
import type { Ed25519PrivateKey, Ed25519PublicKey } from '@libp2p/interface'
import { publicKeyOf, type Signer, VcpError } from '@vcp/protocol'

export function privateKeyFrom(signer: Signer): Ed25519PrivateKey {
  const raw = publicKeyOf(signer.peerId)
  if (raw === null) throw new VcpError('KEY_CORRUPT', { message: `no key in ${signer.peerId}` })
  const publicKey = publicKeyFromRaw(raw) as Ed25519PublicKey
  return {
    type: 'Ed25519',
    publicKey,
    get raw(): Uint8Array {
      throw new Error('libp2p asked for the secret of the node key')
    },
    equals: (other: { readonly publicKey?: unknown } | undefined) =>
      other !== undefined && publicKey.equals(other.publicKey),
    sign: (data) => Buffer.from(signer.sign(data.subarray()), 'hex'),
  }
}
