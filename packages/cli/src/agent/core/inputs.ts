// Everything that the agent's core is ever told. Past tense: it has happened, whatever the core
// makes of it. Whoever tells it has checked form, size, signature and who asks.
import type {
  DeclineReason,
  Digest,
  Envelope,
  NodeMode,
  Offer,
  Outcome,
  Progress,
  RoundId,
  RoundOrder,
  TaskId,
  TaskSpec,
} from '@vcp/protocol'
import type { Reading } from './reading.ts'

interface OfLease {
  readonly taskId: TaskId
  readonly leaseEpoch: number
}

/** How a run came to its end on this machine. */
export type RunEnd =
  | {
      readonly kind: 'finished'
      readonly receipt: Envelope<'receipt'>
      /**
       * `commitmentOf` the receipt, signed with it: the core holds no key. Null where nobody else
       * runs the task: there is nobody whom it would keep from copying.
       */
      readonly commitment: Envelope<'commitment'> | null
      /** Under the root of the receipt's trace; empty where it has none. */
      readonly traceLeaves: readonly Digest[]
    }
  /** Another machine may do better. `isOurs`: this one is to blame, and the breaker counts it. */
  | Failed

interface Failed {
  readonly kind: 'failed'
  readonly reason: string
  readonly isOurs: boolean
  /** Where it is of a kind that the coordinator goes by. */
  readonly code?: DeclineReason | null
  /** What the operator is told in the place of the reason. */
  readonly detail?: string
}

/** What came of a round on this machine. */
export type RoundEnd =
  /** The update lies in the blob store, and whatever it costs is paid. */
  | { readonly kind: 'contributed'; readonly update: Envelope<'update'> }
  /** Nothing this time; the next round may go better. */
  | { readonly kind: 'missed'; readonly reason: string }
  /** Nor will any later one. */
  | Failed

/** What of this machine a task takes while it runs, as its engine says. */
export interface TaskNeeds {
  readonly memoryMb: number
  readonly cpuCores: number
  /** What speaks against the task whatever the machine has: data, or a budget. */
  readonly objection?: Objection | null
}

export interface Objection {
  readonly reason: DeclineReason
  readonly needs: number | null
  readonly has: number | null
}

export interface Inputs {
  /** `needs` of the engine for it; null where there is none. The loop asks for them. */
  'offer-received': { readonly offer: Offer; readonly needs: TaskNeeds | null }
  /** Or a report of progress was refused for good: LEASE_STALE and its like. */
  'lease-withdrawn': OfLease & { readonly reason: string }
  'reveal-asked': OfLease
  'rerun-asked': {
    readonly taskId: TaskId
    readonly checkpoint: number
    readonly task: TaskSpec
  }
  'progress-made': OfLease & Pick<Progress, 'phase' | 'percent' | 'gas'>
  'run-ended': OfLease & { readonly end: RunEnd }
  /** Maybe once more: whoever orders does so until it was heard. */
  'round-ordered': OfLease & { readonly order: RoundOrder }
  /** The coordinator takes no more updates for it. */
  'round-closed': { readonly taskId: TaskId; readonly roundId: RoundId }
  'round-ended': OfLease & { readonly roundId: RoundId; readonly end: RoundEnd }
  'rerun-ended': {
    readonly taskId: TaskId
    readonly checkpoint: number
    /** Null where this machine could not come to it. */
    readonly leaf: Digest | null
  }
  /** The coordinator has it on disk, or has refused it for good. */
  'report-settled': { readonly reportId: number; readonly answer: Outcome<null> }
  /**
   * Registered with a coordinator that keeps this log. What was handed over to be sent is forgotten
   * with it: the core says again what this log is owed.
   */
  joined: {
    readonly logKey: string
    /** How far the coordinator's clock is ahead of ours. */
    readonly aheadMs: number
    /** How long a lease holds there without a word from its node: `lease_ms` of the terms. */
    readonly leaseMs: number
  }
  /** No coordinator is in reach. */
  parted: object
  measured: { readonly reading: Reading }
  'mode-asked': {
    readonly mode: Exclude<NodeMode, 'safe_mode'>
    /** When a pause ends by itself; null: when somebody says so. */
    readonly untilMs: number | null
  }
  /** The coordinator has heard the mode that it was told. */
  'mode-told': { readonly mode: Exclude<NodeMode, 'safe_mode'> }
  'time-passed': object
  /** By the loop itself, these three: the state was read from the store by a new process. */
  restarted: object
  /** Nothing can be made durable any more, and again it can. */
  'disk-filled': object
  'disk-freed': object
}

export type InputType = keyof Inputs
export type InputOf<Type extends InputType> = { readonly type: Type } & Inputs[Type]
export type Input = { [Type in InputType]: InputOf<Type> }[InputType]
