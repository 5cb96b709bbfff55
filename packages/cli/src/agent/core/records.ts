// What the agent holds: leases, what became of them, and what it still has to tell.
import type {
  DeclineReason,
  Envelope,
  NodeMode,
  Offer,
  Report,
  RoundOrder,
  TaskId,
  TaskSpec,
} from '@vcp/protocol'

/** What an operator may ask for; `safe_mode` is the breaker's. */
export type AskedMode = Exclude<NodeMode, 'safe_mode'>

/**
 * How far an accepted lease has come. `failing`: the run came to nothing, and the coordinator is
 * about to be told so.
 */
export type LeaseStage = 'running' | 'committed' | 'revealing' | 'failing'

/** A task that this node has accepted and not yet done with. */
export interface Lease {
  readonly taskId: TaskId
  readonly leaseEpoch: number
  /** The log in which it was given: leases are of a log, whoever keeps it. */
  readonly logKey: string
  readonly stage: LeaseStage
  /** When it came to its stage. */
  readonly sinceMs: number
  readonly acceptedAtMs: number
  /** While it runs: until when it holds without a word from us, by our own clock. */
  readonly endsAtMs: number
  readonly memoryMb: number
  /** Whether the breaker is waiting to see how it ends. */
  readonly isProbe: boolean
  /** How often its run was begun. */
  readonly starts: number
  /** While it runs. */
  readonly offer: Offer | null
  /** Of a training, while it runs: what it was last asked to train for; null before, and after. */
  readonly round: OrderedRound | null
  /** From the commitment until the receipt is asked for, both. */
  readonly receipt: Envelope<'receipt'> | null
  readonly commitment: Envelope<'commitment'> | null
  /** Whether a trace is kept for it, to be asked about in a dispute. */
  readonly hasTrace: boolean
}

/** What a node was asked to train for. */
export interface OrderedRound {
  readonly order: RoundOrder
  /** Whether its update is signed: it is on its way, or has arrived. */
  readonly isContributed: boolean
}

/** A training has no end of its own: it is held until the coordinator has had enough of it. */
export function isTraining({ offer }: Pick<Lease, 'offer'>): boolean {
  return offer?.task.task_type === 'federated_learning'
}

/** How an offer ended: `settled` is a report that was taken, whatever it said. */
export type LeaseEnd = 'settled' | 'dropped' | 'declined'

export interface Decline {
  readonly reason: DeclineReason
  readonly needs: number | null
  readonly has: number | null
  readonly retryAfterSeconds: number | null
}

/** Remembered for a while: an offer that comes again gets the answer that it got before. */
export interface EndedLease {
  readonly taskId: TaskId
  readonly leaseEpoch: number
  readonly logKey: string
  readonly end: LeaseEnd
  readonly reason: string
  readonly endedAtMs: number
  readonly hasTrace: boolean
  /** Null: it was accepted. */
  readonly decline: Decline | null
}

/** A report that the coordinator is not known to have. */
export interface QueuedReport {
  readonly reportId: number
  readonly logKey: string
  readonly taskId: TaskId
  /** Of which lease it is; null for a referee's. */
  readonly leaseEpoch: number | null
  readonly queuedAtMs: number
  readonly report: Report
}

/** What a node contributed to a round: the lease goes on after it. */
export function isUpdate(report: Report): boolean {
  return report.report === 'signed' && report.envelope.type === 'update'
}

/** A run of others' task up to a checkpoint, for the coordinator to judge by. */
export interface Rerun {
  readonly taskId: TaskId
  readonly checkpoint: number
  readonly logKey: string
  readonly starts: number
  readonly task: TaskSpec
}

export function rerunKey(taskId: TaskId, checkpoint: number): string {
  return `${taskId}:${checkpoint}`
}

/** The log of the coordinator that was joined last. */
export interface JoinedLog {
  readonly logKey: string
  /** How far the coordinator's clock is ahead of ours. */
  readonly aheadMs: number
  readonly leaseMs: number
}
