// What shows a result to be right, for checking at home: the receipts, their places in the log, and
// the log's signed head. `checkEvidence` needs no network and trusts nobody but the log's key.
import * as z from 'zod'
import { type KnownLog, openCheckpoint } from './checkpoint.ts'
import { cidOf, readCid } from './cid.ts'
import { resultDigest } from './commitment.ts'
import { digestOf } from './digest.ts'
import { envelopeSchema, openEnvelope } from './envelope.ts'
import { EvidenceLevel } from './evidence-level.ts'
import { type Digest, TaskId } from './ids.ts'
import { parse } from './json.ts'
import type { VerifySignature } from './keys.ts'
import { LedgerEntry, leafBytes } from './ledger-event.ts'
import { limits } from './limits.ts'
import { InclusionProof } from './merkle.ts'
import { checkInclusion } from './tree-head.ts'

const LoggedReceipt = z.strictObject({
  receipt: envelopeSchema('receipt'),
  entry: LedgerEntry,
  inclusion: InclusionProof,
})

export const Evidence = z.strictObject({
  task_id: TaskId,
  level: EvidenceLevel,
  receipts: z.array(LoggedReceipt).min(1).max(limits.replicasMax),
  /** The head of the log under which every receipt lies. */
  checkpoint: z.string().max(limits.checkpointBytesMax),
})
export type Evidence = z.infer<typeof Evidence>

/** One thing that was checked. `unknown`: the evidence does not say; nothing was shown. */
export interface EvidenceStep {
  readonly step: 'form' | 'task' | 'signatures' | 'log' | 'inclusion' | 'agreement' | 'output'
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
}

export function checkEvidence(value: unknown, context: EvidenceContext): EvidenceReport {
  const parsed = parse(Evidence, value)
  if (!parsed.ok) return reportOf(null, [failed('form', parsed.reason)])
  const evidence = parsed.value
  const agreement = checkAgreement(evidence)
  const steps = [
    ok('form', `${evidence.receipts.length} of at most ${limits.replicasMax} receipts`),
    checkTask(evidence, context),
    checkSignatures(evidence, context),
    ...checkLog(evidence, context),
    agreement.step,
    checkOutput(evidence, context),
  ]
  return reportOf(agreement.level, steps)
}

function reportOf(level: EvidenceLevel | null, steps: readonly EvidenceStep[]): EvidenceReport {
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
    const opened = openEnvelope('receipt', receipt, verify)
    if (!opened.ok) return failed('signatures', opened.reason)
  }
  return ok('signatures', receipts.map(({ receipt }) => receipt.peer_id).join(', '))
}

function checkLog(evidence: Evidence, { log, verify }: EvidenceContext): readonly EvidenceStep[] {
  const head = openCheckpoint(evidence.checkpoint, log, verify)
  if (!head.ok) {
    return [failed('log', head.reason), failed('inclusion', 'there is no signed head to lie under')]
  }
  const signed = ok('log', `${head.value.rootHash} at size ${head.value.treeSize}`)
  for (const { receipt, entry, inclusion } of evidence.receipts) {
    const { event } = entry
    const isLogged =
      event.type === 'receipt-revealed' &&
      entry.index === inclusion.leaf_index &&
      digestOf('vcp/receipt/1', event.receipt) === digestOf('vcp/receipt/1', receipt)
    if (!isLogged) return [signed, failed('inclusion', 'the entry of the log is another receipt')]
    const included = checkInclusion(inclusion, leafBytes(entry), head.value)
    if (!included.ok) return [signed, failed('inclusion', included.reason)]
  }
  const places = evidence.receipts.map(({ entry }) => entry.index).join(', ')
  return [signed, ok('inclusion', `at ${places} of ${head.value.treeSize}`)]
}

/** What these receipts can show by themselves: one signer, or several that agree. */
function checkAgreement({ level, receipts }: Evidence): {
  readonly step: EvidenceStep
  readonly level: EvidenceLevel
} {
  const results = new Set(receipts.map(({ receipt }) => resultDigest(receipt.payload)))
  const signers = new Set(receipts.map(({ receipt }) => receipt.peer_id))
  const shown = signers.size >= 2 ? 'replicated' : 'signed'
  if (results.size !== 1) {
    return { step: failed('agreement', `${results.size} different results`), level: shown }
  }
  if (signers.size !== receipts.length) {
    return { step: failed('agreement', 'one node is counted twice'), level: shown }
  }
  const [result = ''] = results
  if (level === 'signed' || level === shown) {
    return { step: ok('agreement', result), level }
  }
  const missing = `claims ${level}; these receipts show ${shown}`
  return { step: unknown('agreement', missing), level: shown }
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

function ok(step: EvidenceStep['step'], detail: string): EvidenceStep {
  return { step, result: 'ok', detail }
}

function failed(step: EvidenceStep['step'], detail: string): EvidenceStep {
  return { step, result: 'failed', detail }
}

function unknown(step: EvidenceStep['step'], detail: string): EvidenceStep {
  return { step, result: 'unknown', detail }
}
