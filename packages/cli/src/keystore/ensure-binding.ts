// The word of the owner for this node, signed where it is missing and renewed before it ends, as
// long as the owner is the wallet in the data folder. Who else owns it has to sign for himself.
import {
  NodeBinding,
  nodeBindingTypedData,
  type PeerId,
  parse,
  type SignedNodeBinding,
  VcpError,
} from '@vcp/protocol'
import type { Host } from '../host.ts'
import { findBinding, hasBinding, storeBinding } from './binding.ts'
import { withSignature } from './binding-request.ts'
import { ensureOwner } from './owner.ts'
import { findWallet } from './wallet.ts'

const dayMs = 86_400_000
const daysOfBinding = 365
/** Renewed when less is left. */
const daysLeftMin = 30

export interface Bound {
  readonly binding: SignedNodeBinding
  /** Signed just now. */
  readonly isNew: boolean
  /** It ends soon, and only its owner can renew it. */
  readonly endsSoon: boolean
}

export async function ensureBinding(
  dataDir: string,
  host: Host,
  { peerId, network }: { readonly peerId: PeerId; readonly network: string },
): Promise<Bound> {
  const occasion = { peerId, network, nowMs: host.nowMs() }
  if (hasBinding(dataDir)) {
    const { binding, signed, problem, file } = await findBinding(dataDir, occasion)
    const isOurs = binding !== null && findWallet(dataDir)?.address === binding.owner
    const leftMs = (binding?.expires_at_ms ?? 0) - occasion.nowMs
    const endsSoon = leftMs < daysLeftMin * dayMs
    if (signed !== null && problem === null && !(endsSoon && isOurs)) {
      return { binding: signed, isNew: false, endsSoon }
    }
    if (!isOurs) {
      throw new VcpError('BINDING_INVALID', {
        message: `${file} is worth nothing here: ${problem}`,
        hint:
          'Its owner is not the wallet in the data folder: have them sign anew (`vcp wallet ' +
          'bind --request`), or move the file away to give the node to the wallet here.',
        details: { file },
      })
    }
  }
  const binding = await signed(dataDir, host, occasion)
  storeBinding(dataDir, binding, occasion)
  return { binding, isNew: true, endsSoon: false }
}

async function signed(
  dataDir: string,
  host: Host,
  { peerId, network, nowMs }: { peerId: PeerId; network: string; nowMs: number },
): Promise<SignedNodeBinding> {
  const owner = await ensureOwner(dataDir, host)
  const made = parse(NodeBinding, {
    owner: owner.address,
    peer_id: peerId,
    network,
    issued_at_ms: nowMs,
    expires_at_ms: nowMs + daysOfBinding * dayMs,
  })
  if (!made.ok) throw new VcpError('CONFIG_VALUE_INVALID', { message: made.reason })
  const { domain, types, message } = nodeBindingTypedData(made.value)
  const { EIP712Domain: _, ...signedTypes } = types
  return withSignature(made.value, await owner.sign({ domain, types: signedTypes, message }))
}
