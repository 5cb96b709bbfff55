// What becomes of runs under a lease: how far they are, how they end, and that nobody wants them.
import { type Outcome, pass, type Report, refuse, type TaskId } from '@vcp/protocol'
import { probeEndedWith } from './breaker.ts'
import type { Decider } from './decide.ts'
import { drop, heldLease } from './end-lease.ts'
import type { InputOf } from './inputs.ts'
import { assertHolds } from './invariants.ts'
import type { Lease } from './records.ts'
import { oweReport } from './reports.ts'
import { reaches } from './state.ts'
import type { Turn } from './turn.ts'

export const runDeciders = {
  'progress-made': ((turn, { taskId, leaseEpoch, phase, percent, gas }) => {
    const lease = heldLease(turn, taskId, leaseEpoch)
    if (lease?.stage !== 'running') return over(taskId, leaseEpoch)
    if (!reaches(turn.state, lease.logKey)) return pass(null)
    renew(turn, lease)
    const progress = { task_id: taskId, lease_epoch: leaseEpoch, phase, percent, gas }
    turn.want({ type: 'send-progress', progress })
    return pass(null)
  }) satisfies Decider<'progress-made'>,

  'run-ended': ((turn, input) => {
    const { taskId, leaseEpoch, end } = input
    const lease = heldLease(turn, taskId, leaseEpoch)
    if (lease?.stage !== 'running') {
      // What a newer lease of the task is about to keep lies under the same name.
      if (!turn.state.leases.has(taskId)) turn.want({ type: 'release-task', taskId })
      return lease === null ? over(taskId, leaseEpoch) : pass(null)
    }
    if (end.kind === 'finished') finish(turn, lease, end)
    else fail(turn, lease, end.reason, end)
    return pass(null)
  }) satisfies Decider<'run-ended'>,

  'lease-withdrawn': ((turn, { taskId, leaseEpoch, reason }) => {
    const { leases, ended, log } = turn.state
    const lease = leases.get(taskId)
    const known = lease ?? ended.get(taskId)
    // The epochs of two logs have nothing to do with each other.
    if (known !== undefined && log !== null && known.logKey !== log.logKey) return pass(null)
    if (known === undefined || known.leaseEpoch < leaseEpoch) {
      // It overtook its offer, which is not to be taken when it comes.
      if (lease !== undefined) drop(turn, lease, reason)
      if (log === null) return pass(null)
      const { logKey } = log
      const decline = { reason: 'busy', needs: null, has: null, retryAfterSeconds: null } as const
      turn.emit({ type: 'offer-declined', taskId, leaseEpoch, logKey, decline })
    } else if (known.leaseEpoch === leaseEpoch) {
      if (lease !== undefined) drop(turn, lease, reason)
      else if (known.hasTrace) {
        turn.emit({ type: 'trace-released', taskId, leaseEpoch })
        turn.want({ type: 'release-task', taskId })
      }
    }
    return pass(null)
  }) satisfies Decider<'lease-withdrawn'>,
}

type Finished = Extract<InputOf<'run-ended'>['end'], { readonly kind: 'finished' }>
type Failed = Extract<InputOf<'run-ended'>['end'], { readonly kind: 'failed' }>

function finish(turn: Turn, lease: Lease, { receipt, commitment, traceLeaves }: Finished): void {
  const { taskId, leaseEpoch } = lease
  for (const { payload } of commitment === null ? [receipt] : [receipt, commitment]) {
    const isOfIt = payload.task_id === taskId && payload.lease_epoch === leaseEpoch
    assertHolds(isOfIt, `task ${taskId}: it ended with the papers of another lease`)
  }
  const report: Report = { report: 'signed', envelope: commitment ?? receipt, output: null }
  const hasTrace = traceLeaves.length > 0
  const papers = { receipt, commitment }
  oweReport(turn, lease, report, (owing) => {
    turn.emit({ type: 'run-finished', taskId, leaseEpoch, ...owing, ...papers, hasTrace })
  })
  probeEndedWith(turn, lease, true)
}

/** `isOurs`: the breaker counts it. */
export function fail(
  turn: Turn,
  lease: Lease,
  why: string,
  { isOurs, code = null }: Pick<Failed, 'isOurs' | 'code'>,
): void {
  const { taskId, leaseEpoch } = lease
  const ids = { task_id: taskId, lease_epoch: leaseEpoch }
  const reason = why === '' ? 'it failed' : why.slice(0, 200)
  const report: Report = { report: 'run-failed', ...ids, reason, code }
  oweReport(turn, lease, report, (owing) => {
    turn.emit({ type: 'run-failed', taskId, leaseEpoch, ...owing })
  })
  if (isOurs) probeEndedWith(turn, lease, false)
}

/** As the coordinator does it: when a third of the lease has gone. */
function renew(turn: Turn, { taskId, leaseEpoch, endsAtMs }: Lease): void {
  const { leaseMs } = turn.state.log!
  const untilMs = turn.atMs + leaseMs
  if (untilMs - endsAtMs < leaseMs / 3) return
  turn.emit({ type: 'lease-renewed', taskId, leaseEpoch, endsAtMs: untilMs })
}

export function over(taskId: TaskId, leaseEpoch: number): Outcome<null> {
  return refuse('LEASE_STALE', `lease ${leaseEpoch} of the task ${taskId} is over`)
}
