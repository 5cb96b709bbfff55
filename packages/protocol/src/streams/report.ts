// What a node reports to its coordinator. An answer means that the report is on disk there: until
// then the node keeps it and sends it again, so every report may come twice.
import * as z from 'zod'
import { DeclineReason } from '../assignment.ts'
import { checkSigned, type Envelope, envelopeSchema, type MessageType } from '../envelope.ts'
import { Digest, type PeerId, TaskId } from '../ids.ts'
import type { VerifySignature } from '../keys.ts'
import { limits } from '../limits.ts'
import { type Outcome, pass, refuse } from '../outcome.ts'
import { Count } from '../quantities.ts'
import type { StreamProtocol } from './stream-protocol.ts'

/** What is evidence, or may become it, is signed; it outlives the stream it came on. */
export type SignedReport = { [Type in SignedType]: Envelope<Type> }[SignedType]

const signedTypes = ['progress', 'commitment', 'receipt', 'update'] as const
type SignedType = (typeof signedTypes)[number]

/** By its type, so that one form is tried, and not one after the other. */
export const SignedReport = z.discriminatedUnion(
  'type',
  signedTypes.map((type) => envelopeSchema(type)) as never,
) as z.ZodType as z.ZodType<SignedReport>

export const Report = z.discriminatedUnion('report', [
  z.strictObject({
    report: z.literal('signed'),
    envelope: SignedReport,
    /** With a receipt, where it is small: the output itself, so that nobody has to fetch it. */
    output: z.instanceof(Uint8Array).nullable().default(null),
  }),
  /** The node could not bring the run to an end that every machine comes to. */
  z.strictObject({
    report: z.literal('run-failed'),
    task_id: TaskId,
    lease_epoch: Count,
    reason: z.string().min(1).max(200),
    /** Where it is of a kind that the coordinator goes by. */
    code: DeclineReason.nullable().default(null),
  }),
  /** A referee ran a task up to a checkpoint, and this is the leaf that it came to. */
  z.strictObject({
    report: z.literal('rerun'),
    task_id: TaskId,
    checkpoint: Count.max(limits.traceCheckpointsMax),
    leaf: Digest,
  }),
])
export type Report = z.infer<typeof Report>

export const ReportAnswer = z.strictObject({ kept: z.literal(true) })
export type ReportAnswer = z.infer<typeof ReportAnswer>

/** Node to coordinator. */
export const reportProtocol: StreamProtocol<Report, ReportAnswer> = {
  id: '/vcp/report/1',
  ask: Report,
  answer: ReportAnswer,
  askBytesMax: limits.reportBytesMax,
  answerBytesMax: limits.streamAnswerBytesMax,
  payloadBytesMax: 0,
  deadlineMs: limits.streamDeadlineMs,
  asksPerSecond: limits.reportsPerSecondMax,
}

/**
 * Whether a report, which has passed its schema, is the reporting node's own. Not whether it is
 * fresh: a node that was away sends what it kept, however old; the lease epoch says whether anybody
 * still wants it.
 */
export function checkReport(
  peerId: PeerId,
  report: Report,
  verify?: VerifySignature,
): Outcome<Report> {
  if (report.report !== 'signed') return pass(report)
  const { envelope, output } = report
  if (output !== null && envelope.type !== 'receipt') {
    return refuse('INVALID', `an output comes with a receipt, not with a ${envelope.type}`)
  }
  if (output !== null && output.length > limits.reportOutputBytesMax) {
    const bytesMax = limits.reportOutputBytesMax
    return refuse(
      'TOO_LARGE',
      `an output of ${output.length} bytes; at most ${bytesMax} may come so`,
    )
  }
  if (envelope.peer_id !== peerId) {
    return refuse('SIGNER_UNEXPECTED', `signed by ${envelope.peer_id}, sent by ${peerId}`)
  }
  const signed = checkSigned(envelope as Envelope<MessageType>, verify)
  return signed.ok ? pass(report) : signed
}
