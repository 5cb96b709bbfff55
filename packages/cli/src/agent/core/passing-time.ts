// What the clock brings: leases that are over, pauses that end, reports that nobody took, and what
// is not worth remembering any more.
import { pass } from '@vcp/protocol'
import type { Decider } from './decide.ts'
import { drop, heldLease } from './end-lease.ts'
import { ENDED_MAX } from './invariants.ts'
import { changeMode } from './mode.ts'
import { type EndedLease, isTraining, type Lease } from './records.ts'
import { roundDueMs, settleRound } from './rounds.ts'
import { reaches, type State } from './state.ts'
import type { Turn } from './turn.ts'

/** A report that nobody took for so long is about a task that is over. */
const REPORT_KEPT_MS = 86_400_000
/** A result may wait for others as long as a coordinator looks for them, a day, and they run. */
const COMMITTED_KEPT_MS = 2 * 86_400_000
/** How long offers that come again are known, and traces kept for disputes. */
const ENDED_KEPT_MS = 600_000
/** How long a run goes on under a lease that could not be renewed for want of a coordinator. */
const PARTED_MS_MAX = 600_000
/** Of a lease where no coordinator has said it yet. */
const LEASE_MS = 30_000
/** Leases that one input may end, at the most. */
const ENDED_ROOM = 64

export const timePassed: Decider<'time-passed'> = () => pass(null)

/** When something is due next; null: never. */
export function nextDueMs(state: State): number | null {
  let nextMs = state.modeUntilMs ?? Number.POSITIVE_INFINITY
  for (const lease of state.leases.values()) {
    nextMs = Math.min(nextMs, overAtMs(state, lease), roundDueMs(state, lease))
  }
  for (const { queuedAtMs } of state.reports.values()) {
    nextMs = Math.min(nextMs, queuedAtMs + REPORT_KEPT_MS)
  }
  const [oldest] = state.ended.values()
  if (oldest !== undefined) nextMs = Math.min(nextMs, oldest.endedAtMs + ENDED_KEPT_MS)
  return nextMs === Number.POSITIVE_INFINITY ? null : nextMs
}

export function settleDue(turn: Turn): void {
  const { state, atMs } = turn
  if (state.modeUntilMs !== null && state.modeUntilMs <= atMs) changeMode(turn, 'active', null)
  const hasSlept = state.atMs > 0 && atMs - state.atMs > (state.log?.leaseMs ?? LEASE_MS)
  for (const lease of [...state.leases.values()]) {
    const isRun = lease.stage === 'running' && !isTraining(lease)
    const isOver = hasSlept && isRun && lease.endsAtMs <= atMs
    if (isOver || overAtMs(state, lease) <= atMs) drop(turn, lease, 'its lease is over')
    else if (roundDueMs(state, lease) <= atMs) settleRound(turn, lease)
  }
  for (const { reportId, taskId, leaseEpoch, queuedAtMs } of [...state.reports.values()]) {
    if (queuedAtMs + REPORT_KEPT_MS > atMs || !state.reports.has(reportId)) continue
    const lease = leaseEpoch === null ? null : heldLease(turn, taskId, leaseEpoch)
    if (lease === null) turn.emit({ type: 'report-closed', reportId })
    else drop(turn, lease, 'nobody took its report for a day')
  }
  for (const ended of state.ended.values()) {
    const isCrowded = state.ended.size > ENDED_MAX - ENDED_ROOM
    if (!isCrowded && ended.endedAtMs + ENDED_KEPT_MS > atMs) break
    forget(turn, ended)
  }
}

function forget(turn: Turn, { taskId, leaseEpoch, hasTrace }: EndedLease): void {
  turn.emit({ type: 'lease-forgotten', taskId, leaseEpoch })
  if (hasTrace) turn.want({ type: 'release-task', taskId })
}

/**
 * While no coordinator is in reach a run goes on: it may be the coordinator that is away, and then
 * the lease is good when it comes back. If not, the first word to it is refused.
 */
function overAtMs(state: State, lease: Lease): number {
  const { log, isJoined } = state
  const { stage, sinceMs, endsAtMs, logKey } = lease
  if (stage !== 'running') return sinceMs + COMMITTED_KEPT_MS
  const isWaiting = !isJoined && (log === null || log.logKey === logKey)
  // Of a training what it has spent would be lost: also one that nobody gave its turn speaks first.
  const isAsking = isTraining(lease) && reaches(state, logKey)
  return isWaiting || isAsking ? endsAtMs + PARTED_MS_MAX : endsAtMs
}
