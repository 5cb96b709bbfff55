import * as z from 'zod'
import { Cid, Digest, PeerId, RoundId, TaskId } from './ids.ts'
import { limits } from './limits.ts'
import { AtMs, Count } from './quantities.ts'

export const RoundState = z.enum(['open', 'aggregating', 'finalised', 'abandoned'])
export type RoundState = z.infer<typeof RoundState>

/** Of a round in which nobody sees an update, but only the sum of all. */
export const SecureSummary = z.strictObject({
  /** Of all keys that were shown in it, as each node has signed it; null until a sum was opened. */
  roster: Digest.nullable(),
  /** Nodes that showed keys: among so many each is hidden, whoever went silent later. */
  nodes: Count,
})
export type SecureSummary = z.infer<typeof SecureSummary>

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
  /** The moments of the strategy after the round, kept by the coordinator. */
  strategy_state: Cid.nullable().default(null),
  /** Updates that came in time and were not taken. */
  refused: Count.default(0),
  /** What updates are clipped to in this round, where that follows their lengths. */
  clip_norm: z.number().positive().exactOptional(),
  /** Where updates were hidden; those in the log are then under masks. */
  secure: SecureSummary.exactOptional(),
})
export type Round = z.infer<typeof Round>

/** What a node is asked to train on; an update names both round and model. */
export const RoundOrder = z.strictObject({
  round_id: RoundId,
  number: z.int().min(1).max(limits.trainingRoundsMax),
  model: Cid,
  closes_at_ms: AtMs,
  /** Where updates are hidden: who may take part. A node masks with nobody else. */
  members: z.array(PeerId).max(limits.minNodesMax).exactOptional(),
})
export type RoundOrder = z.infer<typeof RoundOrder>

/** What the coordinator made of one update, by its own measure and never by a node's word. */
export const Contribution = z.strictObject({
  peer_id: PeerId,
  /** Why it was left out of the model; null where it is in it. */
  left_out: z.string().min(1).max(200).nullable(),
  /** Of the round's model with this update alone, on the held-out set; null where not measured. */
  loss: z.number().nullable(),
  accuracy: z.number().min(0).max(1).nullable(),
  /** With the median of all updates. */
  cosine: z.number().min(-1.001).max(1.001).nullable(),
  /** Its length over the median length. */
  norm_ratio: z.number().min(0).nullable(),
  /** Of FedBuff: how many models there have been since the one that it was made from. */
  staleness: Count.exactOptional(),
  /** What it counts for when the reward is shared out. */
  points: Count,
})
export type Contribution = z.infer<typeof Contribution>

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
