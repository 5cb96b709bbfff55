// What a coordinator asks of a node. The stream itself says who asks: noise has checked the key.
import * as z from 'zod'
import { Offer, OfferAnswer } from '../assignment.ts'
import { Digest, TaskId } from '../ids.ts'
import { limits } from '../limits.ts'
import { Count } from '../quantities.ts'
import { RoundOrder } from '../round.ts'
import { TaskSpec } from '../tasks/task.ts'
import { traceDepth } from '../trace.ts'
import type { StreamProtocol } from './stream-protocol.ts'

const ofLease = { task_id: TaskId, lease_epoch: Count }

export const AssignAsk = z.discriminatedUnion('ask', [
  z.strictObject({ ask: z.literal('offer'), offer: Offer }),
  /** Nobody waits for this lease any more. */
  z.strictObject({ ask: z.literal('withdraw'), ...ofLease, reason: z.string().max(200) }),
  z.strictObject({ ask: z.literal('reveal'), ...ofLease }),
  /** To train for a round, under the lease of its task; the update is reported later. */
  z.strictObject({ ask: z.literal('train'), ...ofLease, round: RoundOrder }),
  /** The two hashes below one of the trace; level 0 holds the leaves, the highest the root. */
  z.strictObject({
    ask: z.literal('trace'),
    ...ofLease,
    level: z.int().min(0).max(traceDepth),
    index: z
      .int()
      .min(0)
      .max(2 ** traceDepth),
  }),
  /** To run a task of others up to a checkpoint, as a referee; the leaf is reported later. */
  z.strictObject({
    ask: z.literal('rerun'),
    task_id: TaskId,
    checkpoint: Count.max(limits.traceCheckpointsMax),
    task: TaskSpec,
  }),
])
export type AssignAsk = z.infer<typeof AssignAsk>

export const AssignAnswer = z.discriminatedUnion('answered', [
  z.strictObject({ answered: z.literal('offer'), answer: OfferAnswer }),
  /** Taken on: what comes of it is reported. */
  z.strictObject({ answered: z.literal('noted') }),
  z.strictObject({ answered: z.literal('trace'), below: z.tuple([Digest, Digest]) }),
])
export type AssignAnswer = z.infer<typeof AssignAnswer>

/** Coordinator to node. */
export const assignProtocol: StreamProtocol<AssignAsk, AssignAnswer> = {
  id: '/vcp/assign/1',
  ask: AssignAsk,
  answer: AssignAnswer,
  askBytesMax: limits.assignAskBytesMax,
  answerBytesMax: limits.streamAnswerBytesMax,
  payloadBytesMax: 0,
  deadlineMs: limits.streamDeadlineMs,
  asksPerSecond: limits.assignAsksPerSecondMax,
}
