// How a dispute is led, as a pure state machine: the question that is open, the answers of both,
// the next question, until there is a verdict. It knows two steps of the run: one after which the
// states agree, and a later one after which they differ; each answer halves what lies between. The
// step that is left is checked from its witness by a judge, who runs nothing else.
//
// It is enough that one of the two is honest. Whoever gives no answer, contradicts itself or shows
// a witness that does not hold has lost.
import type { Digest } from '@vcp/protocol'
import type { RunClaim, StateAt } from './party.ts'
import type { SegmentWitness } from './witness.ts'

export type Side = 'one' | 'other'
export const sides = ['one', 'other'] as const
export type Both<T> = Readonly<Record<Side, T>>

export type Question =
  | { readonly type: 'claim' }
  /** The state at a checkpoint: the last that agreed, or the first that differed. */
  | { readonly type: 'checkpoint'; readonly index: number }
  | { readonly type: 'root'; readonly step: number }
  | { readonly type: 'witness'; readonly step: number }

/** Null where a party had no answer in its time. */
export type Answer = RunClaim | StateAt | Digest | SegmentWitness | null

/** What is left when a dispute has come down to one step. */
export interface DisputedStep {
  readonly agreed: StateAt
  /** The roots after the step, as each has it. */
  readonly after: Both<Digest>
  readonly witnesses: Both<SegmentWitness>
}

export type LossReason =
  | 'no_answer'
  | 'malformed_answer'
  | 'contradiction'
  | 'witness_invalid'
  | 'step_false'

export interface Loss {
  readonly side: Side
  readonly reason: LossReason
}

export type Verdict =
  | { readonly type: 'no_difference' }
  | { readonly type: 'lost'; readonly losses: readonly Loss[] }
  | { readonly type: 'to_judge'; readonly disputed: DisputedStep }

export interface Dispute {
  readonly agreed: StateAt
  /** The earliest step known after which they differ; null until the claims are there. */
  readonly differed: { readonly step: number; readonly roots: Both<Digest> } | null
  readonly claims: Both<RunClaim> | null
  /** Where the leaves of the traces differ first, if leaves are known. */
  readonly checkpoint: number | null
  readonly question: Question | null
  readonly verdict: Verdict | null
  /** Questions and answers so far. */
  readonly messages: number
}

/** Everybody who has the program and the request knows the root at the beginning. */
export function openDispute(initialRoot: Digest, checkpoint: number | null = null): Dispute {
  return {
    agreed: { step: 0, root: initialRoot },
    differed: null,
    claims: null,
    checkpoint,
    question: { type: 'claim' },
    verdict: null,
    messages: 0,
  }
}

/** Takes the answers of both to the question that is open. */
export function takeAnswers(dispute: Dispute, answers: Both<Answer>): Dispute {
  const { question } = dispute
  if (question === null) return dispute
  const counted = { ...dispute, messages: dispute.messages + 4 }
  const losses = sides.flatMap((side) => lossOf(dispute, question, side, answers[side]))
  if (losses.length > 0) return decided(counted, { type: 'lost', losses })
  switch (question.type) {
    case 'claim':
      return claimed(counted, answers as Both<RunClaim>)
    case 'checkpoint':
      return atCheckpoint(counted, question.index, answers as Both<StateAt>)
    case 'root':
      return compared(counted, question.step, answers as Both<Digest>)
    case 'witness': {
      const { agreed, differed } = dispute
      const witnesses = answers as Both<SegmentWitness>
      const disputed = { agreed, after: differed!.roots, witnesses }
      return decided(counted, { type: 'to_judge', disputed })
    }
  }
}

function decided(dispute: Dispute, verdict: Verdict): Dispute {
  return { ...dispute, question: null, verdict }
}

function claimed(dispute: Dispute, claims: Both<RunClaim>): Dispute {
  const { one, other } = claims
  if (one.root === other.root) return decided(dispute, { type: 'no_difference' })
  const differed = {
    step: Math.max(one.steps, other.steps),
    roots: { one: one.root, other: other.root },
  }
  const known = { ...dispute, claims, differed }
  const { checkpoint } = dispute
  if (checkpoint === null) return narrowed(known)
  const index = Math.max(0, checkpoint - 1)
  return { ...known, question: { type: 'checkpoint', index } }
}

/** The last checkpoint that agreed brings the one end nearer, the first that differed the other. */
function atCheckpoint(dispute: Dispute, index: number, { one, other }: Both<StateAt>): Dispute {
  const isBetween = one.step > dispute.agreed.step && one.step < dispute.differed!.step
  const isEqual = one.step === other.step && one.root === other.root
  if (isEqual && isBetween) {
    const agreeing = { ...dispute, agreed: one }
    if (index === dispute.checkpoint) return narrowed(agreeing)
    return { ...agreeing, question: { type: 'checkpoint', index: index + 1 } }
  }
  const step = Math.min(one.step, other.step)
  if (step > dispute.agreed.step && step < dispute.differed!.step) {
    return { ...dispute, question: { type: 'root', step } }
  }
  return narrowed(dispute)
}

function compared(dispute: Dispute, step: number, roots: Both<Digest>): Dispute {
  if (roots.one === roots.other) {
    return narrowed({ ...dispute, agreed: { step, root: roots.one } })
  }
  return narrowed({ ...dispute, differed: { step, roots } })
}

function narrowed(dispute: Dispute): Dispute {
  const low = dispute.agreed.step
  const high = dispute.differed!.step
  const question: Question =
    high - low === 1
      ? { type: 'witness', step: low }
      : { type: 'root', step: low + Math.floor((high - low) / 2) }
  return { ...dispute, question }
}

/** Why an answer alone loses; nothing where it may stand. */
function lossOf(dispute: Dispute, question: Question, side: Side, answer: Answer): Loss[] {
  if (answer === null) return [{ side, reason: 'no_answer' }]
  if (!isWellFormed(question, answer)) return [{ side, reason: 'malformed_answer' }]
  const claim = dispute.claims?.[side]
  if (claim === undefined) return []
  const told = question.type === 'root' ? { step: question.step, root: answer } : answer
  // After its last step the state of a run stays what it is.
  const isContradiction = isStateAt(told) && told.step >= claim.steps && told.root !== claim.root
  return isContradiction ? [{ side, reason: 'contradiction' }] : []
}

function isWellFormed({ type }: Question, answer: Answer): boolean {
  switch (type) {
    case 'claim':
      return isRecord(answer) && isCount(answer['steps'], 1) && isDigest(answer['root'])
    case 'checkpoint':
      return isStateAt(answer)
    case 'root':
      return isDigest(answer)
    case 'witness':
      return isRecord(answer) && isPages(answer['pages']) && isHashes(answer['siblings'])
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}

function isStateAt(value: unknown): value is StateAt {
  return isRecord(value) && isCount(value['step'], 0) && isDigest(value['root'])
}

function isCount(value: unknown, least: number): boolean {
  return Number.isSafeInteger(value) && (value as number) >= least
}

function isDigest(value: unknown): value is Digest {
  return typeof value === 'string' && /^[0-9a-f]{64}$/.test(value)
}

function isPages(value: unknown): boolean {
  if (!Array.isArray(value)) return false
  return value.every((one: unknown) => isRecord(one) && one['bytes'] instanceof Uint8Array)
}

function isHashes(value: unknown): boolean {
  return Array.isArray(value) && value.every((hash: unknown) => hash instanceof Uint8Array)
}
