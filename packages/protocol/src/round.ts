import * as z from 'zod'
import { Cid, PeerId, RoundId, TaskId } from './ids.ts'
import { limits } from './limits.ts'
import { AtMs, Count } from './quantities.ts'

export const RoundState = z.enum(['open', 'aggregating', 'finalised', 'abandoned'])
export type RoundState = z.infer<typeof RoundState>

/** One step of federated training: a model goes out, updates come back, a model results. */
export const Round = z.strictObject({
  round_id: RoundId,
  task_id: TaskId,
  number: z.int().min(1).max(limits.trainingRoundsMax),
  state: RoundState,
  model_in: Cid,
  model_out: Cid.nullable(),
  participants: z.array(PeerId).max(limits.minNodesMax),
  updates_accepted: Count,
  updates_min: Count,
  opened_at_ms: AtMs,
  closes_at_ms: AtMs,
  /** Measured by the coordinator on its own held-out set; null where it has none. */
  loss: z.number().nullable(),
  accuracy: z.number().min(0).max(1).nullable(),
  /** Spent so far by the whole task, at the task's delta; null without privacy. */
  epsilon_spent: z.number().min(0).nullable(),
})
export type Round = z.infer<typeof Round>

/** What is gossiped when a round opens or closes. */
export const RoundNotice = z.discriminatedUnion('notice', [
  z.strictObject({
    notice: z.literal('opened'),
    round_id: RoundId,
    task_id: TaskId,
    number: z.int().min(1).max(limits.trainingRoundsMax),
    model: Cid,
    closes_at_ms: AtMs,
  }),
  z.strictObject({
    notice: z.literal('closed'),
    round_id: RoundId,
    task_id: TaskId,
    state: z.enum(['finalised', 'abandoned']),
    model: Cid.nullable(),
  }),
])
export type RoundNotice = z.infer<typeof RoundNotice>
