import {
  type NodeId,
  type NodeInfo,
  type Outcome,
  type PeerId,
  pass,
  refuse,
  type SignedNodeBinding,
  verifyNodeBinding,
} from '@vcp/protocol'
import type { Identity } from '../accounts/identity.ts'
import { type NodeRecord, nameKey } from '../core/nodes/node-record.ts'
import { nodeInfoOf } from '../core/views.ts'
import type { NodeListAsked, NodeRegistry, Page } from '../http/ports.ts'
import type { Loop } from '../loop/loop.ts'
import type { NodeMemory } from './node-memory.ts'
import { maySee } from './viewer.ts'

export interface NodeRegistryParts {
  readonly loop: Loop
  /** The network that bindings must be made for. */
  readonly network: string
  readonly memory: NodeMemory
  nowMs(): number
  keepBinding(binding: SignedNodeBinding): Promise<void>
}

export function createNodeRegistry(parts: NodeRegistryParts): NodeRegistry {
  const { loop, network, memory, nowMs, keepBinding } = parts
  const { state } = loop

  function find(viewer: Identity, name: string): Outcome<NodeRecord> {
    const named = state.nodeNames.get(nameKey(viewer.accountId, name as NodeId))
    const node = state.nodes.get(named ?? (name as PeerId))
    if (node !== undefined && maySee(viewer, node.ownerId)) return pass(node)
    return refuse('NOT_FOUND', `no node of yours is ${name}`)
  }

  async function shown(peerId: PeerId): Promise<Outcome<NodeInfo>> {
    const node = state.nodes.get(peerId)
    if (node === undefined) return refuse('NOT_FOUND', `the node ${peerId} is gone`)
    const info = nodeInfoOf(node)
    await loop.settled()
    return pass(info)
  }

  /** Its own word has been checked; this is its owner's. */
  function checkBinding(peerId: PeerId, binding: SignedNodeBinding | null) {
    if (binding === null) return pass(null)
    if (binding.peer_id !== peerId) return refuse('BINDING_INVALID', 'it is for another node')
    const verified = verifyNodeBinding(binding, { nowMs: nowMs(), network })
    if (!verified.ok) return verified
    return pass({ owner: binding.owner, expiresAtMs: binding.expires_at_ms })
  }

  return {
    async register(ownerId, { peer_id: peerId, payload: registration }, signed) {
      const binding = checkBinding(peerId, signed)
      if (!binding.ok) return binding
      const input = { peerId, ownerId, registration, binding: binding.value }
      const reply = await loop.tell({ type: 'node-registered', ...input })
      if (!reply.ok) return reply
      if (signed !== null) await keepBinding(signed)
      return shown(peerId)
    },
    async list(viewer, asked) {
      const page = pageOf(state.nodes.values(), viewer, asked)
      await loop.settled()
      return page
    },
    async show(viewer, name) {
      const found = find(viewer, name)
      return found.ok ? shown(found.value.peerId) : found
    },
    history(viewer, name) {
      const found = find(viewer, name)
      return found.ok ? pass(memory.of(found.value)) : found
    },
    async remove(viewer, name) {
      const found = find(viewer, name)
      if (!found.ok) return found
      const { peerId, ownerId } = found.value
      const reason = ownerId === viewer.accountId ? 'by its owner' : 'by an administrator'
      return loop.tell({ type: 'node-removed', peerId, ownerId, reason })
    },
    async heartbeat({ peer_id: peerId, payload: telemetry }) {
      const reply = await loop.tell({ type: 'heartbeat-received', peerId, telemetry })
      return reply.ok ? shown(peerId) : reply
    },
    async setMode(viewer, name, mode, reason) {
      const found = find(viewer, name)
      if (!found.ok) return found
      const { peerId, ownerId } = found.value
      const reply = await loop.tell({ type: 'mode-asked', peerId, ownerId, mode, reason })
      return reply.ok ? shown(peerId) : reply
    },
  }
}

function pageOf(
  nodes: Iterable<NodeRecord>,
  viewer: Identity,
  { after, limit, status, nodeType }: NodeListAsked,
): Page<NodeInfo> {
  const found: NodeRecord[] = []
  for (const node of nodes) {
    if (!maySee(viewer, node.ownerId)) continue
    if (status !== null && node.status !== status) continue
    if (nodeType !== null && node.registration.node_type !== nodeType) continue
    if (after === null || placeOf(node) > after) found.push(node)
  }
  // Nearly sorted as it is: nodes are kept in the order of their registration.
  found.sort((one, other) => (placeOf(one) < placeOf(other) ? -1 : 1))
  const items = found.slice(0, limit)
  const last = items.at(-1)
  const isMore = found.length > limit && last !== undefined
  return { items: items.map(nodeInfoOf), next: isMore ? placeOf(last) : null }
}

/** Sorts as text in the order of registration. */
function placeOf({ registeredAtMs, peerId }: NodeRecord): string {
  return `${String(registeredAtMs).padStart(16, '0')}.${peerId}`
}
