// Everything that the core is ever told. Whoever tells it has checked form, size, signature and
// freshness; whether it makes sense now is for the core to say.
import type {
  AccountId,
  Cid,
  Commitment,
  Contribution,
  DeclineReason,
  Digest,
  Envelope,
  NodeMode,
  OfferAnswer,
  OwnerAddress,
  PeerId,
  Progress,
  Registration,
  RoundId,
  SecureSummary,
  TaskId,
  TaskSpec,
  Telemetry,
  Update,
} from '@vcp/protocol'

interface ByNode {
  readonly peerId: PeerId
}

interface OfLease extends ByNode {
  readonly taskId: TaskId
  readonly leaseEpoch: number
}

/** By type. Past tense: it has happened, whatever the core makes of it. */
export interface Inputs {
  'account-opened': { readonly accountId: AccountId }
  'credits-issued': { readonly accountId: AccountId; readonly amountMicro: number }
  'node-registered': ByNode & {
    readonly ownerId: AccountId
    readonly registration: Registration
    readonly binding: { readonly owner: OwnerAddress; readonly expiresAtMs: number } | null
  }
  'heartbeat-received': ByNode & { readonly telemetry: Telemetry }
  /** The operator asked for another mode. */
  'mode-asked': ByNode & {
    readonly ownerId: AccountId
    readonly mode: Exclude<NodeMode, 'safe_mode'>
    /** What the operator gave as the reason; null where none was asked for. */
    readonly reason: string | null
  }
  'node-removed': ByNode & { readonly ownerId: AccountId; readonly reason: string }
  'task-submitted': {
    readonly taskId: TaskId
    readonly ownerId: AccountId
    readonly task: TaskSpec
    /** The digest of the task, worked out where there is time for it. */
    readonly digest: Digest
    /** The body and the blobs that it names. */
    readonly payloadBytes: number
  }
  'task-cancelled': {
    readonly taskId: TaskId
    readonly ownerId: AccountId
    readonly reason: string
  }
  'offer-answered': ByNode & { readonly answer: OfferAnswer }
  /** The node could not be asked, or has not said what it makes of the offer. */
  'offer-undelivered': OfLease & { readonly reason: string }
  'progress-reported': ByNode & { readonly progress: Progress }
  /** The node could not bring the run to an end that every machine comes to. */
  'run-failed': OfLease & { readonly reason: string; readonly code: DeclineReason | null }
  'commitment-received': ByNode & { readonly commitment: Commitment }
  'receipt-received': { readonly receipt: Envelope<'receipt'> }
  /** The two hashes below one of the trace of a run. */
  'trace-answered': OfLease & {
    readonly level: number
    readonly index: number
    readonly below: readonly [Digest, Digest]
  }
  /** A referee ran a task up to a checkpoint, and this is the leaf that it came to. */
  'rerun-answered': ByNode & {
    readonly taskId: TaskId
    readonly checkpoint: number
    readonly leaf: Digest
  }
  /** What became of `check-proof`. */
  'proof-checked': OfLease & { readonly finding: ProofFinding }
  /** `objection`: what was found wrong with its numbers; null for nothing. */
  'update-received': ByNode & { readonly update: Update; readonly objection: string | null }
  'round-aggregated': {
    readonly roundId: RoundId
    readonly model: Cid
    readonly strategyState: Cid | null
    readonly loss: number | null
    readonly accuracy: number | null
    /** By our own accounting; null where it is the nodes that account. */
    readonly epsilonSpent: number | null
    /** Where the clip norm is adapted: that of the rounds that follow. */
    readonly clipNormNext: number | null
    /** Of a secure round. */
    readonly secure?: SecureSummary
    readonly contributions: readonly Omit<Contribution, 'points' | 'staleness'>[]
  }
  /** The updates of a round came to no model. */
  'aggregation-failed': {
    readonly roundId: RoundId
    readonly reason: string
    readonly code: DeclineReason | null
  }
  /** Of a secure round: all words are in that will come. */
  'words-ended': { readonly roundId: RoundId }
  /** Of a secure round: it cannot come to a sum. `isOurs`: its nodes have done their part. */
  'round-lost': {
    readonly roundId: RoundId
    readonly reason: string
    readonly isOurs: boolean
  }
  'time-passed': object
}

/** `uncheckable`: it is not the node's fault, and no other node could help. */
export type ProofFinding =
  | { readonly kind: 'holds'; readonly level: 'signed' | 'proved' }
  | { readonly kind: 'false'; readonly reason: string }
  | { readonly kind: 'uncheckable'; readonly reason: string }

export type InputType = keyof Inputs

export type InputOf<Type extends InputType> = { readonly type: Type } & Inputs[Type]

export type Input = { [Type in InputType]: InputOf<Type> }[InputType]

export type { DeclineReason }
