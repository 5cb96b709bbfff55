// How leases end. Whatever way, the run is stopped and what was kept for it may go.
import type { TaskId } from '@vcp/protocol'
import type { Lease } from './records.ts'
import type { Turn } from './turn.ts'

/** The coordinator has the report, whatever it said. A trace is kept for a while: see ended. */
export function settle(turn: Turn, lease: Lease, reason: string): void {
  const { taskId, leaseEpoch, stage, hasTrace } = lease
  turn.emit({ type: 'lease-ended', taskId, leaseEpoch, end: 'settled', reason })
  if (!hasTrace || stage === 'failing') turn.want({ type: 'release-task', taskId })
}

/** Nobody waits for it any more. */
export function drop(turn: Turn, lease: Lease, reason: string): void {
  stopAndDrop(turn, lease, reason)
  turn.want({ type: 'release-task', taskId: lease.taskId })
}

/** Another lease of the same task takes its place, and with it what is kept under its name. */
export function stopAndDrop(turn: Turn, lease: Lease, reason: string): void {
  const { taskId, leaseEpoch, stage } = lease
  turn.emit({ type: 'lease-ended', taskId, leaseEpoch, end: 'dropped', reason })
  if (stage === 'running') turn.want({ type: 'stop-run', taskId, leaseEpoch, reason })
}

/** The lease that somebody speaks of, if it is held. */
export function heldLease(turn: Turn, taskId: TaskId, leaseEpoch: number): Lease | null {
  const lease = turn.state.leases.get(taskId)
  return lease?.leaseEpoch === leaseEpoch ? lease : null
}
