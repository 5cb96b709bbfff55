// What is answered to an offer. The same lease always gets the same answer: an offer is sent again
// when its sender has not heard what became of it.
import type { Offer, OfferAnswer } from '@vcp/protocol'
import type { Decider } from './decide.ts'
import { stopAndDrop } from './end-lease.ts'
import { decline, groundAgainst } from './grounds.ts'
import type { TaskNeeds } from './inputs.ts'
import type { Decline, JoinedLog } from './records.ts'
import type { Turn } from './turn.ts'

/** No lease is given for longer at once; a clock that is wrong by years keeps nothing here. */
const LEASE_MS_MAX = 86_400_000

export const offerReceived: Decider<'offer-received'> = (turn, { offer, needs }) => {
  const { leases, ended, log, isJoined } = turn.state
  const { task_id: taskId, lease_epoch: epoch } = offer
  // Whose lease it would be is not known: nothing is promised, and nothing remembered.
  if (log === null || !isJoined) return answer(offer, decline('busy', null, null, 1))

  const held = leases.get(taskId)
  const known = held ?? ended.get(taskId)
  if (known?.logKey === log.logKey) {
    if (epoch < known.leaseEpoch) return answer(offer, decline('busy'))
    if (epoch === known.leaseEpoch) return answer(offer, ended.get(taskId)?.decline ?? null)
  } else if (held !== undefined) {
    return answer(offer, decline('busy', null, null, 60))
  }
  const isKept = held !== undefined || ended.get(taskId)?.hasTrace === true
  if (held !== undefined) stopAndDrop(turn, held, `lease ${epoch} takes its place`)
  const ground = groundAgainst(turn.state, offer, needs, turn.atMs)
  if (ground === null && needs !== null) accept(turn, log, offer, needs)
  else if (ground !== null) {
    const { logKey } = log
    turn.emit({ type: 'offer-declined', taskId, leaseEpoch: epoch, logKey, decline: ground })
    if (isKept) turn.want({ type: 'release-task', taskId })
  }
  return answer(offer, ground)
}

function accept(turn: Turn, log: JoinedLog, offer: Offer, { memoryMb }: TaskNeeds): void {
  const { logKey, aheadMs, leaseMs } = log
  const { breaker } = turn.state
  const theirEndMs = Math.min(offer.lease_ends_at_ms - aheadMs, turn.atMs + LEASE_MS_MAX)
  const endsAtMs = Math.max(theirEndMs, turn.atMs + leaseMs)
  const isProbe = breaker.state === 'half_open'
  turn.emit({ type: 'offer-accepted', offer, logKey, endsAtMs, memoryMb, isProbe })
  turn.want({ type: 'start-run', offer })
}

function answer(offer: Offer, declined: Decline | null): OfferAnswer {
  const lease = { task_id: offer.task_id, lease_epoch: offer.lease_epoch }
  if (declined === null) return { answer: 'accept', ...lease }
  const { reason, needs, has, retryAfterSeconds } = declined
  return {
    answer: 'decline',
    ...lease,
    reason,
    needs,
    has,
    retry_after_seconds: retryAfterSeconds,
  }
}
