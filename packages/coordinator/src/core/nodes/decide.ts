import { digestOf, healthOf, type NodeMode, pass, refuse } from '@vcp/protocol'
import type { Decider, Reply } from '../decide.ts'
import { loseAll } from '../tasks/lose.ts'
import type { Turn } from '../turn.ts'
import { nodeOf } from './apply.ts'
import { watchSilence } from './liveness.ts'
import { type NodeRecord, nameKey } from './node-record.ts'

export const nodeDeciders = {
  'node-registered': ((turn, input) => {
    const { peerId, ownerId, registration, binding } = input
    const { state } = turn
    const known = state.nodes.get(peerId)
    if (known !== undefined && known.ownerId !== ownerId) {
      return refuse('CONFLICT', 'the node is registered by another account')
    }
    const named = state.nodeNames.get(nameKey(ownerId, registration.node_id))
    if (named !== undefined && named !== peerId) {
      return refuse('CONFLICT', `another node of yours is called ${registration.node_id}`)
    }
    if (known === undefined || !isSame(known.registration, registration)) {
      const event = { peer_id: peerId, owner_id: ownerId, registration }
      turn.emit({ type: 'node-registered', ...event })
    }
    const node = nodeOf(state, peerId)
    if (binding !== null && node.ownerAddress !== binding.owner) {
      const { owner, expiresAtMs } = binding
      turn.emit({ type: 'node-bound', peer_id: peerId, owner, expires_at_ms: expiresAtMs })
    }
    heard(turn, node, node.mode)
    return pass(null)
  }) satisfies Decider<'node-registered'>,

  'heartbeat-received': ((turn, { peerId, telemetry }) => {
    const node = turn.state.nodes.get(peerId)
    if (node === undefined) return refuse('NOT_FOUND', `the node ${peerId} is not registered`)
    const { registration, succeeded, failed, disputesLost } = node
    const record = { succeeded, failed, disputes_lost: disputesLost }
    node.telemetry = telemetry
    node.latencyMs = telemetry.latency_ms
    node.health = healthOf(telemetry, registration.capabilities, record).score / 100
    const isTripped = telemetry.breaker.state === 'open'
    const recovered = node.mode === 'safe_mode' ? 'active' : node.mode
    heard(turn, node, isTripped && recovered === 'active' ? 'safe_mode' : recovered)
    turn.state.matcher.changed(node)
    return pass(null)
  }) satisfies Decider<'heartbeat-received'>,

  'mode-asked': ((turn, { peerId, ownerId, mode, reason }) =>
    ofOwner(turn, peerId, ownerId, (node) => {
      setStatus(turn, node, node.status, mode, reason)
    })) satisfies Decider<'mode-asked'>,

  'node-removed': ((turn, { peerId, ownerId, reason }) =>
    ofOwner(turn, peerId, ownerId, (node) => {
      loseAll(turn, node, `the node was removed: ${reason}`)
      turn.emit({ type: 'node-removed', peer_id: peerId, reason })
    })) satisfies Decider<'node-removed'>,
}

/** Another owner's node is as good as none. */
function ofOwner(
  turn: Turn,
  peerId: NodeRecord['peerId'],
  ownerId: NodeRecord['ownerId'],
  act: (node: NodeRecord) => void,
): Reply {
  const node = turn.state.nodes.get(peerId)
  if (node?.ownerId !== ownerId) return refuse('NOT_FOUND', `no node of yours is ${peerId}`)
  act(node)
  return pass(null)
}

function heard(turn: Turn, node: NodeRecord, mode: NodeMode): void {
  node.lastSeenMs = turn.atMs
  setStatus(turn, node, 'online', mode)
  watchSilence(turn.state, node, turn.atMs)
}

export function setStatus(
  turn: Turn,
  node: NodeRecord,
  status: NodeRecord['status'],
  mode: NodeMode,
  reason: string | null = null,
): void {
  // A reason is kept also where it changes nothing.
  if (node.status === status && node.mode === mode && reason === null) return
  turn.emit({ type: 'node-status-changed', peer_id: node.peerId, status, mode, reason })
}

function isSame(one: NodeRecord['registration'], other: NodeRecord['registration']): boolean {
  return digestOf('vcp/registration/1', one) === digestOf('vcp/registration/1', other)
}
