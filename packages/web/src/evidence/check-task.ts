// A result, checked in this browser: the evidence is fetched as it comes, and `checkEvidence` of
// the protocol takes every step here. The coordinator is asked for data, never for a verdict.
import {
  type CheckProof,
  checkEvidence,
  type Digest,
  type EvidenceReport,
  type EvidenceStepName,
  type TaskId,
} from '@vcp/protocol'
import { ask, askBytes, askUnchecked } from '../api/ask.ts'
import { askBelief } from '../api/known-log.ts'
import { submittedDigest } from '../tasks/submitted.ts'

export interface CheckedTask {
  readonly report: EvidenceReport
  /** As it came. */
  readonly evidence: unknown
  /** Null where it is too large to be fetched unasked, or cannot be had. */
  readonly output: Uint8Array | null
  /** What kept the output from being compared; null where nothing did. */
  readonly outputMissing: string | null
}

/** Larger outputs are not fetched to be looked at. */
export const outputBytesMax = 33_554_432

export async function checkTask(taskId: TaskId, signal?: AbortSignal): Promise<CheckedTask> {
  const asked = signal === undefined ? {} : { signal }
  const belief = await askBelief(signal)
  if (belief.kind === 'unreadable') throw new Error(belief.reason)
  if (belief.kind === 'changed') {
    throw new Error('the log is signed with another key than the one this browser believes')
  }
  const evidence = await askUnchecked('taskEvidence', { params: { id: taskId }, ...asked })
  const { output, missing } = await outputOf(evidence, signal)
  const digest: Digest | null = submittedDigest(taskId)
  const checkProof = await proofPart(evidence, taskId, signal)
  const report = checkEvidence(evidence, {
    log: belief.log,
    ...(digest === null ? {} : { task: { taskId, digest } }),
    ...(output === null ? {} : { output }),
    ...(checkProof === null ? {} : { checkProof }),
  })
  return { report, evidence, output, outputMissing: missing }
}

/** What verifies a proof, where the evidence claims one and it can be had here. */
async function proofPart(
  evidence: unknown,
  taskId: TaskId,
  signal: AbortSignal | undefined,
): Promise<CheckProof | null> {
  const { level } = (evidence ?? {}) as { readonly level?: unknown }
  if (level !== 'proved') return null
  const asked = { params: { id: taskId }, ...(signal === undefined ? {} : { signal }) }
  const { proofCheckerOf } = await import('./check-proof.ts')
  return proofCheckerOf(await ask('taskSpec', asked), signal)
}

async function outputOf(evidence: unknown, signal: AbortSignal | undefined) {
  const named = receiptOf(evidence)
  if (named === null) return { output: null, missing: 'the evidence names none' }
  if (named.bytes > outputBytesMax) return { output: null, missing: `${named.bytes} bytes` }
  const asked = { params: { cid: named.cid }, ...(signal === undefined ? {} : { signal }) }
  try {
    return { output: await askBytes('getBlob', asked), missing: null }
  } catch (error) {
    if (signal?.aborted === true) throw error
    return { output: null, missing: error instanceof Error ? error.message : String(error) }
  }
}

/** Read without trust: what has another form is for the check to refuse. */
function receiptOf(evidence: unknown): { readonly cid: string; readonly bytes: number } | null {
  const { receipts } = (evidence ?? {}) as { receipts?: unknown }
  const first = Array.isArray(receipts) ? receipts[0] : null
  const payload = (first?.receipt?.payload ?? {}) as { output?: unknown; output_bytes?: unknown }
  const { output: cid, output_bytes: bytes } = payload
  return typeof cid === 'string' && typeof bytes === 'number' ? { cid, bytes } : null
}

/** What each step asks, for who reads it the first time. */
export const stepMeanings: Readonly<Record<EvidenceStepName, string>> = {
  form: 'the evidence is whole and of the form that the protocol has',
  task: 'the receipts are about the task that was submitted from this browser',
  signatures: 'each receipt was signed by the key of the node that it names',
  log: 'the head of the log was signed by the key that this browser knows',
  inclusion: 'each entry lies in that log, where its Merkle proof says',
  agreement: 'all receipts show one result, and each is of another node',
  commitments: 'each node was bound to its result before any was public',
  owners: 'the nodes are of different wallets, each of which signed for its node',
  output: 'the bytes that came are those that the receipts name',
  proof: 'the zero-knowledge proof in the output verifies against its circuit',
}
