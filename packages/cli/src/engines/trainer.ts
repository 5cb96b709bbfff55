// Trains for the rounds of a task. Unlike an engine it comes to no result of its own: what it
// contributes to a round is an update, of which the coordinator makes the next model.
import type {
  DeclineReason,
  Digest,
  EngineVersion,
  PrivacySpent,
  RoundOrder,
  TaskId,
  TaskOf,
} from '@vcp/protocol'
import type { BlobNeed, Needs, Readiness } from './engine.ts'

export type TrainingTask = TaskOf<'federated_learning'>

/** What speaks against a task, whatever room there is on the machine. */
export interface Objection {
  readonly reason: DeclineReason
  readonly needs: number | null
  readonly has: number | null
}

export interface TrainingWork {
  readonly taskId: TaskId
  /** Whose task it is, as the coordinator calls them; null where it does not say. */
  readonly requester: Digest | null
  readonly task: TrainingTask
  /** Whole, and of its name. */
  readonly model: Uint8Array
  readonly signal: AbortSignal
}

export interface RoundWork extends TrainingWork {
  readonly order: RoundOrder
  readonly shelf: UpdateShelf
  /** Now and then, while it takes long. */
  onProgress(percent: number): void
}

/** Where updates lie until the coordinator has them. */
export interface UpdateShelf {
  has(digest: Digest): Promise<boolean>
  /** Durable when it resolves. In the place of what lay there before for the same task. */
  put(update: Uint8Array): Promise<Digest>
}

/** The training cannot be made here. */
export interface TrainingFault {
  readonly kind: 'failed'
  /** For everybody to read: nothing of the data is in it. */
  readonly reason: string
  readonly code: DeclineReason | null
  readonly isOurs: boolean
  /** For the operator alone. */
  readonly detail: string
}

export type RoundResult =
  | {
      readonly kind: 'contributed'
      /** Of the bytes on the shelf. */
      readonly digest: Digest
      readonly examples: number | null
      readonly privacy: PrivacySpent | null
    }
  | TrainingFault

export interface Trainer {
  readonly type: 'federated_learning'
  /** Names the accelerator too, where one is used; so it is known after `probe`. */
  readonly version: EngineVersion
  /** What was asked for and cannot be had here, and why; known after `probe`. */
  readonly notes: readonly string[]
  /** Whether this machine can train at all. Asked once, before the node offers it. */
  probe(): Promise<Readiness>
  needs(
    task: TrainingTask,
    requester: Digest | null,
  ): Needs & { readonly objection: Objection | null }
  model(task: TrainingTask): BlobNeed
  /** Whether model, data and machine are fit for it; null where they are. Costs no privacy. */
  prepare(work: TrainingWork): Promise<TrainingFault | null>
  /**
   * Pays, trains, puts the update onto the shelf and names it in the ledger, in this order. What
   * was left in the middle goes on: what is paid is not paid again, what is named is not made
   * again. Rejects with the reason of the signal when that aborts.
   */
  contribute(work: RoundWork): Promise<RoundResult>
  close(): Promise<void>
}
