// A small output goes with its receipt, so that the coordinator need not fetch it.
import type { Report } from '@vcp/protocol'
import type { Kept } from '../kept/kept.ts'

/** The report with its output, where that is small and here. */
export function withOutput(kept: Pick<Kept, 'output'>, report: Report): Report {
  if (report.report !== 'signed' || report.output !== null) return report
  const { envelope } = report
  if (envelope.type !== 'receipt') return report
  const { task_id: taskId, lease_epoch: leaseEpoch } = envelope.payload
  const output = kept.output({ taskId, leaseEpoch })
  return output === null ? report : { ...report, output: Buffer.from(output) }
}
