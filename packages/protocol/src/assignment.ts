import * as z from 'zod'
import { Digest, PeerId, TaskId } from './ids.ts'
import { limits } from './limits.ts'
import { AtMs, Count, Percent } from './quantities.ts'
import { TaskSpec } from './tasks/task.ts'

export const assignmentStates = [
  'offered',
  'accepted',
  'running',
  'committed',
  'revealed',
  'validated',
  'rejected',
  'declined',
  'lost',
  'withdrawn',
] as const
export const AssignmentState = z.enum(assignmentStates)
export type AssignmentState = z.infer<typeof AssignmentState>

/** A task given to one node under a lease. A message with another epoch is about another lease. */
export const Offer = z.strictObject({
  task_id: TaskId,
  peer_id: PeerId,
  lease_epoch: Count,
  lease_ends_at_ms: AtMs,
  task: TaskSpec,
  /** Equal for tasks of one submitter, and says no more of them: what is kept apart by it. */
  requester: Digest.exactOptional(),
})
export type Offer = z.infer<typeof Offer>

export const declineReasons = [
  'busy',
  'breaker_open',
  'draining',
  'data_missing',
  'budget_spent',
  'not_granted',
  'engine_missing',
  'operator_limit',
  'too_large',
  'statement_false',
  'circuits_differ',
] as const
export const DeclineReason = z.enum(declineReasons)
export type DeclineReason = z.infer<typeof DeclineReason>

/** What a node answers to an offer. */
export const OfferAnswer = z.discriminatedUnion('answer', [
  z.strictObject({ answer: z.literal('accept'), task_id: TaskId, lease_epoch: Count }),
  z.strictObject({
    answer: z.literal('decline'),
    task_id: TaskId,
    lease_epoch: Count,
    reason: DeclineReason,
    needs: z.number().nullable(),
    has: z.number().nullable(),
    retry_after_seconds: z.int().min(0).max(86_400).nullable(),
  }),
])
export type OfferAnswer = z.infer<typeof OfferAnswer>

/** Renews a lease while the task runs. */
export const Progress = z.strictObject({
  task_id: TaskId,
  lease_epoch: Count,
  phase: z.enum(['fetching', 'running', 'committing', 'revealing']),
  percent: Percent.nullable(),
  gas: Count.max(limits.wasmGasMax).nullable(),
})
export type Progress = z.infer<typeof Progress>

/** An assignment as the coordinator shows it. */
export const AssignmentInfo = z.strictObject({
  task_id: TaskId,
  peer_id: PeerId,
  lease_epoch: Count,
  state: AssignmentState,
  lease_ends_at_ms: AtMs,
  declined: DeclineReason.nullable(),
  /** What was said of its end, by the node or about it; null where nothing was. */
  reason: z.string().max(1_000).nullable().default(null),
})
export type AssignmentInfo = z.infer<typeof AssignmentInfo>
