// Coordinators come and go. What a coordinator's log is owed is said again whenever it is joined;
// what belongs to another log waits for that one.
import { pass, type Report } from '@vcp/protocol'
import type { Decider } from './decide.ts'
import { isTraining } from './records.ts'
import { sayThere } from './rounds.ts'
import { runningOf } from './state.ts'
import type { Turn } from './turn.ts'

export const joiningDeciders = {
  joined: ((turn, { logKey, aheadMs, leaseMs }) => {
    const { state } = turn
    state.log = { logKey, aheadMs, leaseMs }
    state.isJoined = true
    for (const lease of runningOf(state)) {
      const { taskId, leaseEpoch, logKey: of, endsAtMs } = lease
      // A coordinator that comes back does not hold against us what it could not hear.
      const untilMs = turn.atMs + leaseMs
      if (of === logKey && endsAtMs < untilMs) {
        turn.emit({ type: 'lease-renewed', taskId, leaseEpoch, endsAtMs: untilMs })
      }
      // By its count the lease may be about to end; a run says by itself how far it is.
      if (of === logKey && isTraining(lease)) sayThere(turn, lease)
    }
    repeatCommitments(turn, logKey)
    for (const { reportId, logKey: of, report } of state.reports.values()) {
      if (of === logKey) turn.want({ type: 'send-report', reportId, logKey, report })
    }
    if (state.isModeOwed) turn.want({ type: 'tell-mode', mode: state.mode })
    return pass(null)
  }) satisfies Decider<'joined'>,

  parted: ((turn) => {
    turn.state.isJoined = false
    return pass(null)
  }) satisfies Decider<'parted'>,
}

/**
 * Results that nobody has asked for yet are committed to again: the answer says whether they are
 * still waited for, which may have been said while this node could not hear it.
 */
function repeatCommitments(turn: Turn, logKey: string): void {
  const { leases, reports } = turn.state
  const owed = new Set([...reports.values()].map(({ taskId }) => taskId))
  for (const { taskId, leaseEpoch, logKey: of, commitment } of leases.values()) {
    if (of !== logKey || commitment === null || owed.has(taskId)) continue
    const report: Report = { report: 'signed', envelope: commitment, output: null }
    const reportId = turn.state.nextReportId
    turn.emit({ type: 'commitment-repeated', taskId, leaseEpoch, reportId, report })
  }
}
