// What the coordinator is told, until it is known to have it.
import { pass, type Report, refuse } from '@vcp/protocol'
import type { Decider } from './decide.ts'
import { drop, heldLease, settle } from './end-lease.ts'
import { isUpdate, type QueuedReport } from './records.ts'
import { reaches } from './state.ts'
import type { Turn } from './turn.ts'

export const reportDeciders = {
  'reveal-asked': ((turn, { taskId, leaseEpoch }) => {
    const lease = heldLease(turn, taskId, leaseEpoch)
    if (lease === null) return refuse('LEASE_STALE', `lease ${leaseEpoch} of ${taskId} is over`)
    if (lease.stage === 'revealing') return pass(null)
    if (lease.receipt === null) return refuse('CONFLICT', 'there is no result to show')
    const report: Report = { report: 'signed', envelope: lease.receipt, output: null }
    oweReport(turn, lease, report, (owing) => {
      turn.emit({ type: 'reveal-begun', taskId, leaseEpoch, ...owing })
    })
    return pass(null)
  }) satisfies Decider<'reveal-asked'>,

  'report-settled': ((turn, { reportId, answer }) => {
    const queued = turn.state.reports.get(reportId)
    if (queued === undefined) return pass(null)
    const { taskId, leaseEpoch } = queued
    const lease = leaseEpoch === null ? null : heldLease(turn, taskId, leaseEpoch)
    // An update that came too late, or was not wanted: the training goes on.
    const isOfRound = isUpdate(queued.report) && (answer.ok || answer.code !== 'LEASE_STALE')
    if (lease === null || isOfRound) turn.emit({ type: 'report-closed', reportId })
    else if (!answer.ok) drop(turn, lease, `${answer.code}: ${answer.reason}`)
    else if (endsLease(queued)) settle(turn, lease, reasonOf(queued))
    else turn.emit({ type: 'report-closed', reportId })
    return pass(null)
  }) satisfies Decider<'report-settled'>,
}

/** Makes a report owed by the event that `emit` makes of it, and sends it where that can be. */
export function oweReport(
  turn: Turn,
  { logKey }: { readonly logKey: string },
  report: Report,
  emit: (owing: { readonly reportId: number; readonly report: Report }) => void,
): void {
  const reportId = turn.state.nextReportId
  emit({ reportId, report })
  if (reaches(turn.state, logKey)) turn.want({ type: 'send-report', reportId, logKey, report })
}

/** After a commitment there is more to come. */
function endsLease({ report }: QueuedReport): boolean {
  return report.report !== 'signed' || report.envelope.type !== 'commitment'
}

function reasonOf({ report }: QueuedReport): string {
  return report.report === 'run-failed' ? report.reason : 'the coordinator has its receipt'
}
