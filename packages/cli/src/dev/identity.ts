import { isSignedBy, nodeBindingTypedData, OwnerAddress, verifyNodeBinding } from '@vcp/protocol'
import { ensureNodeKey } from '../keystore/node-key.ts'
import { type Demonstration, step } from './demonstration.ts'

const year = 365 * 86_400_000

/** A node is its key; its owner is a wallet that need not be on the machine. */
export const identity: Demonstration = {
  name: 'identity',
  about: 'a node is its key, and its owner vouches for it',
  async run({ host, folder }) {
    const { signer, mode } = ensureNodeKey(folder, (count) => host.randomBytes(count)).key
    const said = new TextEncoder().encode('what the node says')
    const heard = new TextEncoder().encode('what the node never said')
    const signature = signer.sign(said)

    const { Wallet } = await import('ethers/wallet')
    const wallet = new Wallet(`0x${Buffer.from(host.randomBytes(32)).toString('hex')}`)
    const nowMs = host.nowMs()
    const binding = {
      owner: OwnerAddress.parse(wallet.address.toLowerCase()),
      peer_id: signer.peerId,
      network: 'demo',
      issued_at_ms: nowMs,
      expires_at_ms: nowMs + year,
    }
    const { domain, types, message } = nodeBindingTypedData(binding)
    const signed = {
      ...binding,
      signature: await wallet.signTypedData(
        domain,
        { NodeBinding: [...types.NodeBinding] },
        message,
      ),
    }
    const here = verifyNodeBinding(signed, { nowMs, network: 'demo' })
    const elsewhere = verifyNodeBinding(signed, { nowMs, network: 'another' })
    return [
      step(
        'a node key is made, readable by its owner alone',
        true,
        `${signer.peerId}, mode ${mode}`,
      ),
      step(
        'its signature verifies',
        isSignedBy(signer.peerId, said, signature),
        signature.slice(0, 32),
      ),
      step(
        'the same signature under other words is refused',
        !isSignedBy(signer.peerId, heard, signature),
        'it does not verify',
      ),
      step(
        'a wallet signs for the node (EIP-712)',
        here.ok,
        here.ok ? wallet.address : here.reason,
      ),
      step(
        'the same signature on another network is refused',
        !elsewhere.ok,
        elsewhere.ok ? 'accepted' : elsewhere.reason,
      ),
    ]
  },
}
