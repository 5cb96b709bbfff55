// Runs of others' tasks up to a checkpoint, for the coordinator to judge a dispute by.
import { pass, type Report, refuse } from '@vcp/protocol'
import type { Decider } from './decide.ts'
import { rerunKey } from './records.ts'
import { oweReport } from './reports.ts'
import type { Turn } from './turn.ts'

/** At a time: a referee that is late is replaced. */
export const RERUNS_MAX = 8

export const rerunDeciders = {
  'rerun-asked': ((turn, { taskId, checkpoint, task }) => {
    const { reruns, log, breaker, isDiskFull, mode } = turn.state
    if (reruns.has(rerunKey(taskId, checkpoint)) || isReported(turn, taskId, checkpoint)) {
      return pass(null)
    }
    if (log === null) return refuse('CONFLICT', 'the node has joined no coordinator')
    if (mode !== 'active' || breaker.state === 'open' || isDiskFull || reruns.size >= RERUNS_MAX) {
      return refuse('OVERLOADED', 'the node takes on nothing now')
    }
    turn.emit({ type: 'rerun-begun', taskId, checkpoint, logKey: log.logKey, task })
    turn.want({ type: 'start-rerun', taskId, checkpoint, task })
    return pass(null)
  }) satisfies Decider<'rerun-asked'>,

  'rerun-ended': ((turn, { taskId, checkpoint, leaf }) => {
    const rerun = turn.state.reruns.get(rerunKey(taskId, checkpoint))
    if (rerun === undefined) return pass(null)
    if (leaf === null) {
      turn.emit({ type: 'rerun-ended', taskId, checkpoint, owing: null })
      return pass(null)
    }
    const report: Report = { report: 'rerun', task_id: taskId, checkpoint, leaf }
    oweReport(turn, rerun, report, (owing) => {
      turn.emit({ type: 'rerun-ended', taskId, checkpoint, owing })
    })
    return pass(null)
  }) satisfies Decider<'rerun-ended'>,
}

/** Asked again while the answer is on its way. */
function isReported({ state }: Turn, taskId: string, checkpoint: number): boolean {
  return [...state.reports.values()].some(
    ({ report }) =>
      report.report === 'rerun' && report.task_id === taskId && report.checkpoint === checkpoint,
  )
}
