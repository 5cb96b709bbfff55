// A result, and nothing but a result: what comes back is checked here before anybody sees it.
import { createHash } from 'node:crypto'
import {
  type CheckProof,
  type Cid,
  checkParsedEvidence,
  type Digest,
  type Evidence,
  type EvidenceLevel,
  type EvidenceReport,
  isAtLeast,
  type Receipt,
  type TaskId,
  type TaskSpec,
  VcpError,
} from '@vcp/protocol'
import { getBlob } from './blobs.ts'
import type { Connection } from './connection.ts'
import type { Shown } from './evidence-desk.ts'
import { type KnownLogs, knownLogOf } from './known-logs.ts'

export interface VerifiedResult {
  readonly taskId: TaskId
  /** What the evidence shows, which may be more than was asked for. */
  readonly level: EvidenceLevel
  readonly output: Uint8Array
  /** What one of the nodes signed; the others signed the same result. */
  readonly receipt: Receipt
  readonly evidence: Evidence
  readonly report: EvidenceReport
}

export interface ResultAsked {
  readonly taskId: TaskId
  /** The task as it was submitted. Null: nobody here knows, and the report says so. */
  readonly digest: Digest | null
  /** The least that the evidence must show; `signed` where nothing is said. */
  readonly level?: EvidenceLevel
  readonly knownLogs: KnownLogs
  /** Where the output is already named, it is fetched with the evidence, not after it. */
  readonly output?: Cid
  readonly outputBytesMax?: number
  /** Where it has been fetched before, with what is known of other tasks. */
  readonly shown?: Shown
  /** For the level `proved`: without it a proof is not looked at, and shows nothing. */
  readonly proof?: ProofAsked
}

export interface ProofAsked {
  /** The task as it was submitted. */
  readonly task: TaskSpec
  readonly checker: ProofChecker
}

/** Finds what a task's proof is checked with; `blob` fetches what the task names. */
export type ProofChecker = (
  task: TaskSpec,
  blob: (cid: Cid) => Promise<Uint8Array>,
) => Promise<CheckProof>

const outputBytesMax = 1_073_741_824

/** The result of a completed task; VERIFICATION_FAILED or VERIFICATION_WEAK in place of doubt. */
export async function verifiedResult(
  connection: Connection,
  asked: ResultAsked,
): Promise<VerifiedResult> {
  const { taskId, digest, level = 'signed', knownLogs } = asked
  const bytesMax = asked.outputBytesMax ?? outputBytesMax
  const here = asked.shown?.output ?? null
  const isToBeFetched = asked.output !== undefined && here === null
  const early = isToBeFetched ? getBlob(connection, asked.output, bytesMax) : null
  early?.catch(() => {
    // Looked at below, or of no use if the rest fails.
  })
  const [log, evidence] = await Promise.all([
    knownLogOf(connection, knownLogs),
    asked.shown?.evidence ?? connection.ask('taskEvidence', { params: { id: taskId } }),
  ])
  const receipt = evidence.receipts[0]!.receipt.payload
  const isNamed = early !== null && asked.output === receipt.output
  // What came with the evidence is checked with it.
  const output = here ?? (await (isNamed ? early : getBlob(connection, receipt.output, bytesMax)))
  const task = digest === null ? {} : { task: { taskId, digest } }
  const { verify } = connection
  const blob = (cid: Cid) => getBlob(connection, cid, bytesMax)
  const proof = evidence.level === 'proved' ? await proofFor(asked, blob) : {}
  const context = { log, output, verify, sha256, ...task, ...proof }
  const report = checkParsedEvidence(evidence, context)
  const shown = judge(report, { taskId, digest, level, evidence })
  return { taskId, level: shown, output, receipt, evidence, report }
}

async function proofFor(
  { proof }: ResultAsked,
  blob: (cid: Cid) => Promise<Uint8Array>,
): Promise<{ readonly checkProof?: CheckProof }> {
  return proof === undefined ? {} : { checkProof: await proof.checker(proof.task, blob) }
}

function sha256(bytes: Uint8Array): Uint8Array {
  return createHash('sha256').update(bytes).digest()
}

interface Judged {
  readonly taskId: TaskId
  readonly digest: Digest | null
  readonly level: EvidenceLevel
  readonly evidence: Evidence
}

/** The level that the evidence shows; a failure where it is less than was asked for, or nothing. */
function judge(report: EvidenceReport, { taskId, digest, level, evidence }: Judged): EvidenceLevel {
  const details = { task_id: taskId, steps: report.steps }
  const failed = report.steps.find(({ result }) => result === 'failed')
  if (report.level === null || failed !== undefined) {
    throw new VcpError('VERIFICATION_FAILED', {
      message: `the result of ${taskId} does not verify: ${failed?.step}: ${failed?.detail}`,
      details,
    })
  }
  if (evidence.task_id !== taskId) {
    throw new VcpError('VERIFICATION_FAILED', {
      message: `the evidence is about ${evidence.task_id}, not about ${taskId}`,
      details,
    })
  }
  const needed = digest === null ? ['output'] : ['task', 'output']
  const open = report.steps.find(({ step, result }) => needed.includes(step) && result !== 'ok')
  if (open !== undefined) {
    throw new VcpError('VERIFICATION_WEAK', {
      message: `nothing shows the result of ${taskId} to be right: ${open.step}: ${open.detail}`,
      details,
    })
  }
  if (isAtLeast(report.level, level)) return report.level
  throw new VcpError('VERIFICATION_WEAK', {
    message: `the result of ${taskId} is ${report.level}; the task asked for ${level}`,
    details: { ...details, level: report.level, asked: level },
  })
}
