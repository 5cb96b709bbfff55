// The rounds of a training, under the one lease of its task. Between them, and while a child
// trains, the node says that it is there: nothing else would keep the lease.
import { pass, type Report, type RoundId, refuse } from '@vcp/protocol'
import type { Decider } from './decide.ts'
import { heldLease } from './end-lease.ts'
import { isTraining, type Lease } from './records.ts'
import { oweReport } from './reports.ts'
import { fail, over } from './runs.ts'
import { reaches, type State } from './state.ts'
import type { Turn } from './turn.ts'

export const roundDeciders = {
  'round-ordered': ((turn, { taskId, leaseEpoch, order }) => {
    const lease = heldLease(turn, taskId, leaseEpoch)
    if (lease?.stage !== 'running' || lease.offer === null) return over(taskId, leaseEpoch)
    if (!isTraining(lease)) return refuse('INVALID', 'the task is no training')
    const known = lease.round?.order
    if (known?.round_id === order.round_id) return pass(null)
    if (known !== undefined && order.number < known.number) {
      return refuse('ROUND_CLOSED', `round ${known.number} has been ordered since`)
    }
    leave(turn, lease, 'another round has begun')
    turn.emit({ type: 'round-ordered', taskId, leaseEpoch, order })
    turn.want({ type: 'start-round', offer: lease.offer, order })
    return pass(null)
  }) satisfies Decider<'round-ordered'>,

  'round-closed': ((turn, { taskId, roundId }) => {
    const lease = turn.state.leases.get(taskId)
    if (lease?.round?.order.round_id === roundId) leave(turn, lease, 'the round has closed')
    return pass(null)
  }) satisfies Decider<'round-closed'>,

  'round-ended': ((turn, { taskId, leaseEpoch, roundId, end }) => {
    const lease = underWay(turn, taskId, leaseEpoch, roundId)
    if (lease === null) return over(taskId, leaseEpoch)
    if (end.kind === 'failed') fail(turn, lease, end.reason, end)
    else if (end.kind === 'missed') {
      turn.emit({ type: 'round-left', taskId, leaseEpoch, roundId, reason: end.reason })
    } else {
      const report: Report = { report: 'signed', envelope: end.update, output: null }
      oweReport(turn, lease, report, (owing) => {
        turn.emit({ type: 'update-signed', taskId, leaseEpoch, roundId, ...owing })
      })
    }
    return pass(null)
  }) satisfies Decider<'round-ended'>,
}

/** When something is due for a training: a word to its coordinator, or the end of a round. */
export function roundDueMs(state: State, lease: Lease): number {
  return Math.min(wordDueMs(state, lease), closesAtMs(state, lease))
}

export function settleRound(turn: Turn, lease: Lease): void {
  const { state, atMs } = turn
  if (closesAtMs(state, lease) <= atMs) leave(turn, lease, 'its time is over')
  if (wordDueMs(state, lease) > atMs) return
  const { taskId, leaseEpoch } = lease
  const endsAtMs = atMs + state.log!.leaseMs
  turn.emit({ type: 'lease-renewed', taskId, leaseEpoch, endsAtMs })
  sayThere(turn, lease)
}

/** That the training goes on here. */
export function sayThere(turn: Turn, { taskId, leaseEpoch }: Lease): void {
  const ids = { task_id: taskId, lease_epoch: leaseEpoch }
  const progress = { ...ids, phase: 'running', percent: null, gas: null } as const
  turn.want({ type: 'send-progress', progress })
}

/** When a third of the lease has gone, as the coordinator counts. */
function wordDueMs(state: State, lease: Lease): number {
  const isKept = lease.stage === 'running' && isTraining(lease) && reaches(state, lease.logKey)
  return isKept ? lease.endsAtMs - (2 * state.log!.leaseMs) / 3 : Number.POSITIVE_INFINITY
}

/** An update that comes later is taken by nobody. */
function closesAtMs({ log }: State, { logKey, round }: Lease): number {
  if (round === null || round.isContributed || log?.logKey !== logKey) {
    return Number.POSITIVE_INFINITY
  }
  return round.order.closes_at_ms - log.aheadMs
}

function leave(turn: Turn, { taskId, leaseEpoch, round }: Lease, reason: string): void {
  if (round === null || round.isContributed) return
  const roundId = round.order.round_id
  turn.emit({ type: 'round-left', taskId, leaseEpoch, roundId, reason })
  turn.want({ type: 'stop-round', taskId, leaseEpoch, roundId, reason })
}

/** The lease, where the round is what it was last asked for and nothing has come of it yet. */
function underWay(turn: Turn, taskId: Lease['taskId'], epoch: number, roundId: RoundId) {
  const lease = heldLease(turn, taskId, epoch)
  const round = lease?.round ?? null
  return round?.order.round_id === roundId && !round.isContributed ? lease : null
}
