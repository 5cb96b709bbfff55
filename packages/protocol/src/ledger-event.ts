// What the coordinator's log holds: facts, in the past tense. Replaying them gives the state.
import * as z from 'zod'
import { AssignmentState, DeclineReason, Offer } from './assignment.ts'
import { encodeCanonical } from './canonical.ts'
import { Commitment } from './commitment.ts'
import { envelopeSchema } from './envelope.ts'
import { EvidenceLevel } from './evidence-level.ts'
import { AccountId, Cid, Digest, OwnerAddress, PeerId, RoundId, TaskId } from './ids.ts'
import { limits } from './limits.ts'
import { NodeMode, NodeStatus, Registration } from './node.ts'
import { AmountMicro, AtMs, Count } from './quantities.ts'
import { Contribution, Round } from './round.ts'
import { TaskSpec } from './tasks/task.ts'
import { Update } from './update.ts'

const node = { peer_id: PeerId }
const task = { task_id: TaskId }
const lease = { ...task, ...node, lease_epoch: Count }
const parties = { one: PeerId, other: PeerId }
const Reason = z.string().max(1_000)
const Copies = z.int().min(1).max(limits.minNodesMax)

/** The accounts of the double-entry ledger. */
export const LedgerAccount = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('owner'), address: OwnerAddress }),
  z.strictObject({ kind: z.literal('account'), account_id: AccountId }),
  z.strictObject({ kind: z.literal('escrow'), task_id: TaskId }),
  z.strictObject({ kind: z.literal('issuer') }),
])
export type LedgerAccount = z.infer<typeof LedgerAccount>

/** A schema for each type of event; the name is the event's `type`. */
export const ledgerEvents = {
  'account-opened': z.strictObject({ account_id: AccountId }),
  'node-registered': z.strictObject({ ...node, owner_id: AccountId, registration: Registration }),
  'node-bound': z.strictObject({ ...node, owner: OwnerAddress, expires_at_ms: AtMs }),
  /** `reason`: what its owner said; null where nobody said anything. */
  'node-status-changed': z.strictObject({
    ...node,
    status: NodeStatus,
    mode: NodeMode,
    reason: Reason.nullable(),
  }),
  'node-removed': z.strictObject({ ...node, reason: Reason }),
  'task-submitted': z.strictObject({
    ...task,
    owner_id: AccountId,
    task_digest: Digest,
    task: TaskSpec,
  }),
  /** How many nodes run the task, and how many of their results must agree. */
  'replication-set': z.strictObject({ ...task, copies: Copies, quorum: Copies, reason: Reason }),
  /**
   * `provisional`: taken on the word of one node, which an audit of it may still shake. `reason`:
   * why it has come to less than was asked for.
   */
  'task-completed': z.strictObject({
    ...task,
    level: EvidenceLevel,
    output: Cid,
    provisional: z.boolean(),
    reason: Reason.optional(),
  }),
  'task-failed': z.strictObject({ ...task, reason: Reason }),
  'task-cancelled': z.strictObject({ ...task, reason: Reason }),
  'assignment-offered': Offer.omit({ task: true, requester: true }),
  'assignment-accepted': z.strictObject({ ...lease, lease_ends_at_ms: AtMs }),
  'assignment-declined': z.strictObject({ ...lease, reason: DeclineReason }),
  /** `code`: what the node gave as the reason, where it is one of those that are gone by. */
  'assignment-ended': z.strictObject({
    ...lease,
    state: AssignmentState,
    reason: Reason,
    code: DeclineReason.optional(),
  }),
  'lease-renewed': z.strictObject({ ...lease, lease_ends_at_ms: AtMs }),
  'result-committed': z.strictObject({ ...node, commitment: Commitment }),
  'receipt-revealed': z.strictObject({ receipt: envelopeSchema('receipt') }),
  'receipt-validated': z.strictObject({ ...lease, level: EvidenceLevel }),
  'receipt-rejected': z.strictObject({ ...lease, reason: Reason }),
  'dispute-opened': z.strictObject({ ...task, ...parties, one_root: Digest, other_root: Digest }),
  /** The first place of a level at which the two traces differ. */
  'dispute-narrowed': z.strictObject({
    ...task,
    level: Count,
    index: Count,
    one_hash: Digest,
    other_hash: Digest,
  }),
  'referee-chosen': z.strictObject({ ...task, ...node, checkpoint: Count, until_ms: AtMs }),
  'dispute-settled': z.strictObject({ ...task, winner: PeerId, loser: PeerId, checkpoint: Count }),
  /** It cannot be decided: a party is gone, or a referee agrees with neither. */
  'dispute-dropped': z.strictObject({ ...task, reason: Reason }),
  /** A node's result was compared with that of others; what was taken on its word stands or not. */
  'node-audited': z.strictObject({
    ...node,
    ...task,
    engine: z.string().min(1).max(129),
    passed: z.boolean(),
  }),
  /** The node of a result failed an audit: what it did alone is run again, as a task of its own. */
  'recheck-ordered': z.strictObject({ ...task, recheck_id: TaskId }),
  'credits-moved': z.strictObject({
    from: LedgerAccount,
    to: LedgerAccount,
    amount_micro: AmountMicro,
    reason: z.enum(['issued', 'escrowed', 'released', 'refunded']),
    task_id: TaskId.nullable(),
  }),
  'round-opened': z.strictObject({
    round: Round,
    /** Of FedBuff: who is given its model, while others are at work on an older one. */
    asked: z.array(PeerId).max(limits.minNodesMax).exactOptional(),
  }),
  'update-accepted': z.strictObject({
    ...node,
    update: Update,
    /** Of FedBuff: the round that it counts in, where that is not the one it was made for. */
    counts_in: RoundId.exactOptional(),
  }),
  'update-refused': z.strictObject({ ...node, round_id: RoundId, reason: Reason }),
  /** It takes no more updates; those that came are being put together. */
  'round-closed': z.strictObject({ round_id: RoundId }),
  'round-finalised': z.strictObject({
    round: Round,
    contributions: z.array(Contribution).max(limits.minNodesMax).default([]),
    /** Of the rounds that follow, where it is adapted. */
    clip_norm_next: z.number().positive().exactOptional(),
  }),
  'round-abandoned': z.strictObject({
    round_id: RoundId,
    reason: Reason,
    /** It was no failure of its nodes, and is not counted against the training. */
    excused: z.literal(true).exactOptional(),
  }),
} as const satisfies Record<string, z.ZodObject>

export type LedgerEventType = keyof typeof ledgerEvents

export type LedgerEvent = {
  [Type in LedgerEventType]: { type: Type } & z.infer<(typeof ledgerEvents)[Type]>
}[LedgerEventType]

const variants = Object.entries(ledgerEvents).map(([type, schema]) =>
  schema.extend({ type: z.literal(type) }),
)

/** One fact. */
export const LedgerEvent = z.discriminatedUnion(
  'type',
  variants as [(typeof variants)[number], ...(typeof variants)[number][]],
) as unknown as z.ZodType<LedgerEvent>

/** A fact at its place in the log. */
export const LedgerEntry = z.strictObject({
  /** From 0, without gaps: the index of its leaf in the Merkle tree. */
  index: Count,
  at_ms: AtMs,
  /** The entry before it, so that a gap shows even without a tree. Null for the first. */
  previous: Digest.nullable(),
  event: LedgerEvent,
})
export type LedgerEntry = z.infer<typeof LedgerEntry>

/** The bytes that are the entry's leaf in the Merkle tree. */
export function leafBytes(entry: LedgerEntry): Uint8Array {
  return encodeCanonical(entry)
}
