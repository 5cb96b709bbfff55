import type { PeerId, TaskId } from '@vcp/protocol'
import type { Applier } from '../apply.ts'
import { assertHolds } from '../invariants.ts'
import type { State } from '../state.ts'
import { assignmentOf, isOpen } from '../tasks/task-record.ts'
import { type NodeRecord, nameKey } from './node-record.ts'

export const nodeAppliers = {
  'node-registered': ((state, { peer_id, owner_id, registration }, { atMs }) => {
    const known = state.nodes.get(peer_id)
    if (known === undefined) state.nodes.set(peer_id, newNode())
    else {
      assertHolds(known.ownerId === owner_id, 'a node changes hands without being removed')
      state.nodeNames.delete(nameKey(owner_id, known.registration.node_id))
      known.registration = registration
      known.lastSeenMs = atMs
    }
    state.nodeNames.set(nameKey(owner_id, registration.node_id), peer_id)
    state.matcher.changed(state.nodes.get(peer_id)!)

    function newNode(): NodeRecord {
      return {
        peerId: peer_id,
        slot: state.matcher.takeSlot(),
        ownerId: owner_id,
        registeredAtMs: atMs,
        registration,
        ownerAddress: null,
        status: 'online',
        mode: 'active',
        succeeded: 0,
        failed: 0,
        disputesLost: 0,
        trust: new Map(),
        unaudited: new Map(),
        recheckable: new Map(),
        open: new Set(),
        working: new Set(),
        lastSeenMs: atMs,
        restsUntilMs: null,
        telemetry: null,
        health: null,
        latencyMs: null,
        isWatched: false,
      }
    }
  }) satisfies Applier<'node-registered'>,

  'node-bound': ((state, { peer_id, owner }) => {
    const node = nodeOf(state, peer_id)
    node.ownerAddress = owner
    state.matcher.rebound(node)
  }) satisfies Applier<'node-bound'>,

  'node-status-changed': ((state, { peer_id, status, mode }) => {
    const node = nodeOf(state, peer_id)
    node.status = status
    node.mode = mode
    state.matcher.changed(node)
  }) satisfies Applier<'node-status-changed'>,

  'node-removed': ((state, { peer_id }) => {
    const node = nodeOf(state, peer_id)
    assertHolds(node.open.size === 0, 'a node is removed with work in its hands')
    for (const engine of node.recheckable.keys()) forgetRechecks(state, node, engine)
    state.nodes.delete(peer_id)
    state.nodeNames.delete(nameKey(node.ownerId, node.registration.node_id))
    state.matcher.removed(node)
  }) satisfies Applier<'node-removed'>,

  'node-audited': ((state, { peer_id, task_id, engine, passed }) => {
    const node = state.nodes.get(peer_id)
    if (node === undefined) return
    // After a failed audit they are kept until `recheck-ordered` says what became of them.
    if (passed) forgetRechecks(state, node, engine)
    node.recheckable.delete(engine)
    for (const taskId of node.unaudited.get(engine) ?? []) {
      const task = state.tasks.get(taskId)
      if (task === undefined) continue
      if (passed) task.provisional = false
      else task.reason = `its node failed an audit, on task ${task_id}`
    }
    node.unaudited.delete(engine)
  }) satisfies Applier<'node-audited'>,
}

function forgetRechecks(state: State, node: NodeRecord, engine: string): void {
  for (const taskId of node.recheckable.get(engine) ?? []) {
    const task = state.tasks.get(taskId)
    if (task !== undefined) task.recheckable = null
  }
}

export function nodeOf(state: State, peerId: PeerId): NodeRecord {
  const node = state.nodes.get(peerId)
  assertHolds(node !== undefined, `there is no node ${peerId}`)
  return node
}

/** What the node has to do with the task; keeps `open` and `working` as it is in the tasks. */
export function refreshOpen(state: State, peerId: PeerId, taskId: TaskId): void {
  const node = state.nodes.get(peerId)
  const task = state.tasks.get(taskId)
  if (node === undefined || task === undefined) return
  const assignment = assignmentOf(task, peerId)
  const before = node.working.size
  const isMember = assignment !== undefined && isOpen(assignment)
  if (isMember) node.open.add(task.taskId)
  else node.open.delete(task.taskId)
  if (isMember && assignment.commitment === null) node.working.add(task.taskId)
  else node.working.delete(task.taskId)
  if (node.working.size !== before) state.matcher.changed(node)
}
