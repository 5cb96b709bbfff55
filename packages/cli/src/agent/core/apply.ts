// What each event does to the state. Nothing is decided here.
import type { RoundId, TaskId } from '@vcp/protocol'
import type { Event, EventOf, EventType } from './events.ts'
import { assertHolds, assertStateHolds } from './invariants.ts'
import {
  type EndedLease,
  type Lease,
  type OrderedRound,
  type QueuedReport,
  rerunKey,
} from './records.ts'
import type { State } from './state.ts'

type Applier<Type extends EventType> = (state: State, event: EventOf<Type>, atMs: number) => void

/** An event without an applier does not compile. */
const appliers: { readonly [Type in EventType]: Applier<Type> } = {
  'offer-accepted'(state, { offer, logKey, endsAtMs, memoryMb, isProbe }, atMs) {
    const { task_id: taskId, lease_epoch: leaseEpoch } = offer
    forget(state, taskId)
    const times = { sinceMs: atMs, acceptedAtMs: atMs, endsAtMs }
    const run = { stage: 'running', starts: 1, receipt: null, commitment: null } as const
    keep(state, {
      taskId,
      leaseEpoch,
      logKey,
      ...times,
      ...run,
      memoryMb,
      isProbe,
      offer,
      round: null,
      hasTrace: false,
    })
  },
  'offer-declined'(state, { taskId, leaseEpoch, logKey, decline }, atMs) {
    const ended = { taskId, leaseEpoch, logKey, endedAtMs: atMs, decline }
    remember(state, { ...ended, end: 'declined', reason: decline.reason, hasTrace: false })
  },
  'lease-renewed'(state, { taskId, endsAtMs }) {
    keep(state, { ...leaseOf(state, taskId), endsAtMs })
  },
  'run-restarted'(state, { taskId }) {
    const lease = leaseOf(state, taskId)
    keep(state, { ...lease, starts: lease.starts + 1 })
  },
  'run-finished'(state, event, atMs) {
    const { taskId, receipt, commitment, hasTrace } = event
    const lease = leaseOf(state, taskId)
    const next = { sinceMs: atMs, offer: null, round: null, hasTrace }
    const papers =
      commitment === null
        ? ({ stage: 'revealing', receipt: null, commitment: null } as const)
        : ({ stage: 'committed', receipt, commitment } as const)
    keep(state, { ...lease, ...next, ...papers })
    queue(state, { ...event, logKey: lease.logKey, queuedAtMs: atMs })
  },
  'commitment-repeated'(state, event, atMs) {
    queue(state, { ...event, logKey: leaseOf(state, event.taskId).logKey, queuedAtMs: atMs })
  },
  'run-failed'(state, event, atMs) {
    const lease = leaseOf(state, event.taskId)
    keep(state, { ...lease, stage: 'failing', sinceMs: atMs, offer: null, round: null })
    queue(state, { ...event, logKey: lease.logKey, queuedAtMs: atMs })
  },
  'reveal-begun'(state, event, atMs) {
    const lease = leaseOf(state, event.taskId)
    keep(state, { ...lease, stage: 'revealing', sinceMs: atMs, receipt: null, commitment: null })
    queue(state, { ...event, logKey: lease.logKey, queuedAtMs: atMs })
  },
  'round-ordered'(state, { taskId, order }) {
    const round = { order, isContributed: false }
    keep(state, { ...leaseOf(state, taskId), round, starts: 1 })
  },
  'update-signed'(state, event, atMs) {
    const lease = leaseOf(state, event.taskId)
    const { order } = roundOf(lease, event.roundId)
    keep(state, { ...lease, round: { order, isContributed: true } })
    queue(state, { ...event, logKey: lease.logKey, queuedAtMs: atMs })
  },
  'round-left'(state, { taskId, roundId }) {
    const lease = leaseOf(state, taskId)
    roundOf(lease, roundId)
    keep(state, { ...lease, round: null })
  },
  'lease-ended'(state, { taskId, leaseEpoch, end, reason }, atMs) {
    const { logKey, hasTrace } = leaseOf(state, taskId)
    for (const report of state.reports.values()) {
      if (report.taskId === taskId && report.leaseEpoch === leaseEpoch) close(state, report)
    }
    state.leases.delete(taskId)
    state.touched.add(`lease/${taskId}`)
    const isKept = hasTrace && end === 'settled'
    const ended = { taskId, leaseEpoch, logKey, end, reason, endedAtMs: atMs }
    remember(state, { ...ended, hasTrace: isKept, decline: null })
  },
  'trace-released'(state, { taskId }) {
    const ended = state.ended.get(taskId)
    assertHolds(ended !== undefined, `task ${taskId}: a trace of nothing`)
    state.ended.set(taskId, { ...ended, hasTrace: false })
    state.touched.add(`ended/${taskId}`)
  },
  'lease-forgotten'(state, { taskId }) {
    forget(state, taskId)
  },
  'report-closed'(state, { reportId }) {
    const report = state.reports.get(reportId)
    assertHolds(report !== undefined, `report ${reportId} is closed twice`)
    close(state, report)
  },
  'rerun-begun'(state, { taskId, checkpoint, logKey, task }) {
    const key = rerunKey(taskId, checkpoint)
    state.reruns.set(key, { taskId, checkpoint, logKey, task, starts: 1 })
    state.touched.add(`rerun/${key}`)
  },
  'rerun-restarted'(state, { taskId, checkpoint }) {
    const key = rerunKey(taskId, checkpoint)
    const rerun = state.reruns.get(key)
    assertHolds(rerun !== undefined, `task ${taskId}: no rerun to begin again`)
    state.reruns.set(key, { ...rerun, starts: rerun.starts + 1 })
    state.touched.add(`rerun/${key}`)
  },
  'rerun-ended'(state, { taskId, checkpoint, owing }, atMs) {
    const key = rerunKey(taskId, checkpoint)
    const rerun = state.reruns.get(key)
    assertHolds(rerun !== undefined, `task ${taskId}: a rerun ends that never began`)
    state.reruns.delete(key)
    state.touched.add(`rerun/${key}`)
    if (owing === null) return
    const { logKey } = rerun
    queue(state, { ...owing, logKey, taskId, leaseEpoch: null, queuedAtMs: atMs })
  },
  'mode-changed'(state, { mode, untilMs }) {
    state.mode = mode
    state.modeUntilMs = untilMs
    state.isModeOwed = true
    state.isDrainAnnounced = false
    state.touched.add('agent/')
  },
  'mode-heard'(state) {
    state.isModeOwed = false
    state.touched.add('agent/')
  },
  'breaker-changed'(state, { breaker }) {
    state.breaker = breaker
    state.touched.add('agent/')
  },
  'errors-counted'(state, { inARow }) {
    state.errorsInARow = inARow
    state.touched.add('agent/')
  },
}

export function apply(state: State, event: Event, atMs: number): void {
  const applier = appliers[event.type] as Applier<EventType>
  applier(state, event as never, atMs)
  assertStateHolds(state)
}

function leaseOf(state: State, taskId: TaskId): Lease {
  const lease = state.leases.get(taskId)
  assertHolds(lease !== undefined, `task ${taskId}: no lease of it is held`)
  return lease
}

function roundOf({ taskId, round }: Lease, roundId: RoundId): OrderedRound {
  const isIt = round?.order.round_id === roundId && !round.isContributed
  assertHolds(isIt, `task ${taskId}: the round ${roundId} is not under way`)
  return round
}

function keep(state: State, lease: Lease): void {
  state.leases.set(lease.taskId, lease)
  state.touched.add(`lease/${lease.taskId}`)
}

function remember(state: State, ended: EndedLease): void {
  forget(state, ended.taskId)
  state.ended.set(ended.taskId, ended)
  state.touched.add(`ended/${ended.taskId}`)
}

function forget(state: State, taskId: TaskId): void {
  if (state.ended.delete(taskId)) state.touched.add(`ended/${taskId}`)
}

function queue(
  state: State,
  { reportId, logKey, taskId, leaseEpoch, queuedAtMs, report }: QueuedReport,
) {
  assertHolds(reportId === state.nextReportId, `report ${reportId} is out of order`)
  state.nextReportId = reportId + 1
  state.reports.set(reportId, { reportId, logKey, taskId, leaseEpoch, queuedAtMs, report })
  state.touched.add(`report/${reportId}`)
  state.touched.add('agent/')
}

function close(state: State, { reportId }: QueuedReport): void {
  state.reports.delete(reportId)
  state.touched.add(`report/${reportId}`)
}
