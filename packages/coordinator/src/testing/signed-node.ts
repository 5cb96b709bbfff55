// A node with a real key and a wallet of its own, as HTTP sees it.
import { randomBytes } from 'node:crypto'
import {
  type Envelope,
  type MessageType,
  type Nonce,
  nodeBindingTypedData,
  type OwnerAddress,
  type PayloadOf,
  type SignedNodeBinding,
  type Signer,
  signerFrom,
  signMessage,
} from '@vcp/protocol'
import { TypedDataEncoder, Wallet } from 'ethers'
import { registrationOf } from '../core/testing/samples.ts'

export interface SignedNode {
  readonly signer: Signer
  readonly wallet: Wallet
  sign<Type extends MessageType>(
    type: Type,
    payload: PayloadOf<Type>,
    atMs?: number,
  ): Envelope<Type>
  /** The body that registers it. */
  registration(): { registration: Envelope<'registration'>; binding: SignedNodeBinding }
  binding(network?: string): SignedNodeBinding
}

/** The byte makes the key; the same byte is the same node. */
export function signedNode(
  byte: number,
  name = `node-${byte}`,
  wallet = new Wallet(`0x${byte.toString(16).padStart(2, '0').repeat(32)}`),
): SignedNode {
  const signer = signerFrom(new Uint8Array(32).fill(byte))

  function binding(network = 'test'): SignedNodeBinding {
    const unsigned = {
      owner: wallet.address.toLowerCase() as OwnerAddress,
      peer_id: signer.peerId,
      network,
      issued_at_ms: Date.now() - 1_000,
      expires_at_ms: Date.now() + 86_400_000,
    }
    const { domain, types, message } = nodeBindingTypedData(unsigned)
    const { EIP712Domain: _, ...signed } = types
    const digest = wallet.signingKey.sign(TypedDataEncoder.hash(domain, signed, message))
    return { ...unsigned, signature: digest.serialized }
  }

  const sign: SignedNode['sign'] = (type, payload, atMs = Date.now()) => {
    const nonce = randomBytes(16).toString('hex') as Nonce
    return signMessage(type, payload, signer, { nonce, atMs })
  }
  return {
    signer,
    wallet,
    sign,
    binding,
    registration: () => ({
      registration: sign('registration', registrationOf(name)),
      binding: binding(),
    }),
  }
}
