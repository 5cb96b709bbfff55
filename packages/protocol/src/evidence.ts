// What shows a result to be right, for checking at home: the receipts, their places in the log, and
// the log's signed head. `checkEvidence` needs no network and trusts nobody but the log's key.
import * as z from 'zod'
import { type KnownLog, openCheckpoint } from './checkpoint.ts'
import { cidOf, readCid } from './cid.ts'
import { resultDigest, reveals } from './commitment.ts'
import { digestOf } from './digest.ts'
import { checkSigned, type Envelope, envelopeSchema } from './envelope.ts'
import { EvidenceLevel } from './evidence-level.ts'
import { type Digest, TaskId } from './ids.ts'
import { parse } from './json.ts'
import type { VerifySignature } from './keys.ts'
import { LedgerEntry, leafBytes } from './ledger-event.ts'
import { limits } from './limits.ts'
import { InclusionProof, type Sha256 } from './merkle.ts'
import { SignedNodeBinding, verifyNodeBinding } from './node-binding.ts'
import type { Outcome } from './outcome.ts'
import { checkInclusion } from './tree-head.ts'

/** An entry of the log, and the proof of its place. */
const Logged = z.strictObject({ entry: LedgerEntry, inclusion: InclusionProof })

const LoggedReceipt = z.strictObject({
  receipt: envelopeSchema('receipt'),
  revealed: Logged,
  /** That the node was bound to its result before; null where nobody else ran the task. */
  committed: Logged.nullable(),
  /** Whose node it is; null where no owner has signed for it. */
  binding: SignedNodeBinding.nullable(),
})
type LoggedReceipt = z.infer<typeof LoggedReceipt>

export const Evidence = z.strictObject({
  task_id: TaskId,
  level: EvidenceLevel,
  receipts: z.array(LoggedReceipt).min(1).max(limits.replicasMax),
  /** The head of the log under which every entry lies. */
  checkpoint: z.string().max(limits.checkpointBytesMax),
})
export type Evidence = z.infer<typeof Evidence>

export const evidenceSteps = [
  'form',
  'task',
  'signatures',
  'log',
  'inclusion',
  'agreement',
  'commitments',
  'owners',
  'output',
] as const
/** `proof` is taken where the evidence claims one. */
export type EvidenceStepName = (typeof evidenceSteps)[number] | 'proof'

/** One thing that was checked. `unknown`: the evidence does not say; nothing was shown. */
export interface EvidenceStep {
  readonly step: EvidenceStepName
  readonly result: 'ok' | 'failed' | 'unknown'
  /** What was compared, for people: a hash, a key, or what is wrong. */
  readonly detail: string
}

export interface EvidenceReport {
  /** Whether every step that could be taken held. */
  readonly ok: boolean
  /** What the evidence shows, which may be less than it claims; null when it shows nothing. */
  readonly level: EvidenceLevel | null
  readonly steps: readonly EvidenceStep[]
}

export interface EvidenceContext {
  readonly log: KnownLog
  /** What was submitted; without it nobody can say whether the result is of that task. */
  readonly task?: { readonly taskId: TaskId; readonly digest: Digest }
  /** The output as received. */
  readonly output?: Uint8Array
  readonly verify?: VerifySignature
  /** A faster one than ours, for the proofs of place. */
  readonly sha256?: Sha256
  /** For the level `proved`: whoever has a verifier at hand, and the key of the circuit. */
  readonly checkProof?: CheckProof
}

/** Whether an output proves itself for the receipt that names it; with what is proved, in words. */
export type CheckProof = (receipt: Envelope<'receipt'>, output: Uint8Array) => Outcome<string>

export function checkEvidence(value: unknown, context: EvidenceContext): EvidenceReport {
  const parsed = parse(Evidence, value)
  return parsed.ok
    ? checkParsedEvidence(parsed.value, context)
    : reportOf('signed', [failed('form', parsed.reason)])
}

/** As `checkEvidence`, of what has passed its schema already: an answer of a coordinator. */
export function checkParsedEvidence(evidence: Evidence, context: EvidenceContext): EvidenceReport {
  const independence = checkIndependence(evidence)
  const proof = evidence.level === 'proved' ? [checkTheProof(evidence, context)] : []
  const steps = [
    ok('form', `${evidence.receipts.length} of at most ${limits.replicasMax} receipts`),
    checkTask(evidence, context),
    checkSignatures(evidence, context),
    ...checkLog(evidence, context),
    checkAgreement(evidence),
    ...independence,
    checkOutput(evidence, context),
    ...proof,
  ]
  if (proof.some(({ result }) => result === 'ok')) return reportOf('proved', steps)
  const isReplicated =
    evidence.level !== 'signed' &&
    evidence.receipts.length >= 2 &&
    independence.every(({ result }) => result === 'ok')
  return reportOf(isReplicated ? 'replicated' : 'signed', steps)
}

function reportOf(level: EvidenceLevel, steps: readonly EvidenceStep[]): EvidenceReport {
  const holds = steps.every(({ result }) => result !== 'failed')
  return { ok: holds, level: holds ? level : null, steps }
}

function checkTask({ task_id, receipts }: Evidence, { task }: EvidenceContext): EvidenceStep {
  const [first] = receipts
  const isOfOne = receipts.every(
    ({ receipt: { payload } }) =>
      payload.task_id === task_id && payload.task_digest === first?.receipt.payload.task_digest,
  )
  if (!isOfOne) return failed('task', 'the receipts are about different tasks')
  if (task === undefined) return unknown('task', 'the submitted task is not at hand to compare')
  if (task.taskId !== task_id) return failed('task', `about ${task_id}, not ${task.taskId}`)
  if (task.digest !== first?.receipt.payload.task_digest) {
    return failed('task', 'the task that was run is not the one submitted')
  }
  return ok('task', task.digest)
}

function checkSignatures({ receipts }: Evidence, { verify }: EvidenceContext): EvidenceStep {
  for (const { receipt } of receipts) {
    const signed = checkSigned(receipt, verify)
    if (!signed.ok) return failed('signatures', signed.reason)
  }
  return ok('signatures', receipts.map(({ receipt }) => receipt.peer_id).join(', '))
}

function checkLog(
  evidence: Evidence,
  { log, verify, sha256 }: EvidenceContext,
): readonly EvidenceStep[] {
  const head = openCheckpoint(evidence.checkpoint, log, verify)
  if (!head.ok) {
    return [failed('log', head.reason), failed('inclusion', 'there is no signed head to lie under')]
  }
  const { rootHash, treeSize } = head.value
  const signed = ok('log', `${rootHash} at size ${treeSize}`)
  const logged = evidence.receipts.flatMap(({ revealed, committed }) =>
    committed === null ? [revealed] : [committed, revealed],
  )
  for (const { entry, inclusion } of logged) {
    if (entry.index !== inclusion.leaf_index) {
      return [signed, failed('inclusion', `entry ${entry.index} is at ${inclusion.leaf_index}`)]
    }
    const included = checkInclusion(inclusion, leafBytes(entry), head.value, sha256)
    if (!included.ok) return [signed, failed('inclusion', included.reason)]
  }
  if (!evidence.receipts.every(isRevealed)) {
    return [signed, failed('inclusion', 'the entry of the log is another receipt')]
  }
  const places = logged.map(({ entry }) => entry.index).join(', ')
  return [signed, ok('inclusion', `at ${places} of ${treeSize}`)]
}

function isRevealed({ receipt, revealed: { entry } }: LoggedReceipt): boolean {
  const { event } = entry
  if (event.type !== 'receipt-revealed') return false
  // Both are read by one schema: what is the same value is mostly the same text.
  if (JSON.stringify(event.receipt) === JSON.stringify(receipt)) return true
  return digestOf('vcp/receipt/1', event.receipt) === digestOf('vcp/receipt/1', receipt)
}

function checkAgreement({ level, receipts }: Evidence): EvidenceStep {
  const results = new Set(receipts.map(({ receipt }) => resultDigest(receipt.payload)))
  const signers = new Set(receipts.map(({ receipt }) => receipt.peer_id))
  if (results.size !== 1) return failed('agreement', `${results.size} different results`)
  if (signers.size !== receipts.length) return failed('agreement', 'one node is counted twice')
  const [result = ''] = results
  const needed = { signed: 1, proved: 1, replicated: 2, refereed: Number.POSITIVE_INFINITY }[level]
  const isShown = receipts.length >= needed
  return isShown
    ? ok('agreement', result)
    : unknown('agreement', `claims ${level}, which ${receipts.length} receipts cannot show`)
}

/** That nobody could copy: all had committed before anything was public, for distinct owners. */
function checkIndependence({ receipts }: Evidence): readonly EvidenceStep[] {
  if (receipts.length < 2) {
    const alone = 'one node ran the task'
    return [unknown('commitments', alone), unknown('owners', alone)]
  }
  return [checkCommitments(receipts), checkOwners(receipts)]
}

function checkCommitments(receipts: readonly LoggedReceipt[]): EvidenceStep {
  const firstRevealed = Math.min(...receipts.map(({ revealed }) => revealed.entry.index))
  for (const { receipt, committed } of receipts) {
    if (committed === null) return unknown('commitments', `none by ${receipt.peer_id}`)
    const { event, index } = committed.entry
    const isItsOwn =
      event.type === 'result-committed' &&
      event.peer_id === receipt.peer_id &&
      reveals(receipt.peer_id, receipt.payload, event.commitment)
    if (!isItsOwn) return failed('commitments', `${receipt.peer_id} committed to something else`)
    if (index >= firstRevealed) {
      return failed('commitments', `${receipt.peer_id} committed after a result was public`)
    }
  }
  return ok('commitments', `all before entry ${firstRevealed}, the first that was revealed`)
}

function checkOwners(receipts: readonly LoggedReceipt[]): EvidenceStep {
  const owners = new Set<string>()
  for (const { receipt, binding } of receipts) {
    const { peer_id, at_ms } = receipt
    if (binding === null) return unknown('owners', `no owner has signed for ${peer_id}`)
    if (binding.peer_id !== peer_id) return failed('owners', 'a binding of another node')
    const bound = verifyNodeBinding(binding, { nowMs: at_ms, network: binding.network })
    if (!bound.ok) return failed('owners', bound.reason)
    owners.add(binding.owner)
  }
  return owners.size === receipts.length
    ? ok('owners', [...owners].join(', '))
    : unknown('owners', `${receipts.length} nodes of ${owners.size} owners`)
}

function checkOutput({ receipts }: Evidence, { output }: EvidenceContext): EvidenceStep {
  const cid = receipts[0]?.receipt.payload.output
  if (cid === undefined || output === undefined) {
    return unknown('output', 'the output is not at hand to compare')
  }
  const parts = readCid(cid)
  if (!parts.ok) return failed('output', parts.reason)
  if (parts.value.codec === 'dag-pb') return unknown('output', 'a tree of chunks; fetch it by CID')
  const actual = cidOf(parts.value.codec, output)
  return actual === cid ? ok('output', cid) : failed('output', `is ${actual}, signed was ${cid}`)
}

/** That the output was signed is another step: a proof is of the bytes at hand. */
function checkTheProof(
  { receipts }: Evidence,
  { output, checkProof }: EvidenceContext,
): EvidenceStep {
  const [first] = receipts
  if (output === undefined) return unknown('proof', 'the output is not at hand')
  if (checkProof === undefined) return unknown('proof', 'nothing is at hand to verify a proof with')
  const checked = checkProof(first!.receipt, output)
  return checked.ok ? ok('proof', checked.value) : failed('proof', checked.reason)
}

function ok(step: EvidenceStepName, detail: string): EvidenceStep {
  return { step, result: 'ok', detail }
}

function failed(step: EvidenceStepName, detail: string): EvidenceStep {
  return { step, result: 'failed', detail }
}

function unknown(step: EvidenceStepName, detail: string): EvidenceStep {
  return { step, result: 'unknown', detail }
}
