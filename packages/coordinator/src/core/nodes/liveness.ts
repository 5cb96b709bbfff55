// How long a node has been silent, and what that makes it. `unknown` is not dead: its leases run on
// until they end.
import type { NodeStatus } from '@vcp/protocol'
import type { State } from '../state.ts'
import type { NodeRecord } from './node-record.ts'

/** Heartbeats missed, from most to fewest, and what the node then is. */
const silences: readonly { readonly missed: number; readonly status: NodeStatus }[] = [
  { missed: 12, status: 'offline' },
  { missed: 3, status: 'unknown' },
  { missed: 2, status: 'degraded' },
]

export function statusAfter(silentMs: number, heartbeatMs: number): NodeStatus {
  const reached = silences.find(({ missed }) => silentMs >= missed * heartbeatMs)
  return reached?.status ?? 'online'
}

/** Sets the timer at which the node's silence would next mean something, if none is set. */
export function watchSilence(state: State, node: NodeRecord, nowMs: number): void {
  if (node.isWatched) return
  const { heartbeatMs } = state.settings
  const silentMs = nowMs - node.lastSeenMs
  const next = silences.findLast(({ missed }) => missed * heartbeatMs > silentMs)
  if (next === undefined) return
  node.isWatched = true
  const atMs = node.lastSeenMs + next.missed * heartbeatMs
  state.timers.set(atMs, { kind: 'liveness', peerId: node.peerId })
}
