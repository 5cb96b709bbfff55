import * as z from 'zod'
import { Cid, Digest, RoundId, TaskId } from './ids.ts'
import { AtMs, Count } from './quantities.ts'

/** What an update has cost; null only where the task asked for no privacy. */
export const PrivacySpent = z.strictObject({
  /** Of the whole task on this node so far, this update with it; the rest is of this update. */
  epsilon: z.number().min(0),
  delta: z.number().min(0).max(1),
  noise_multiplier: z.number().min(0),
  clip_norm: z.number().positive(),
  steps: Count,
})
export type PrivacySpent = z.infer<typeof PrivacySpent>

/** What a node contributes to a round; the numbers themselves are a blob. */
export const Update = z.strictObject({
  round_id: RoundId,
  task_id: TaskId,
  lease_epoch: Count,
  base_model: Cid,
  delta: Cid,
  delta_digest: Digest,
  /** Noisy where the task asks for privacy: a count is data too. */
  examples: z.number().min(0).nullable(),
  privacy: PrivacySpent.nullable(),
  trained_at_ms: AtMs,
})
export type Update = z.infer<typeof Update>
