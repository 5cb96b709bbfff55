// Asking one peer one thing over a direct stream. A frame is its length (four bytes, big endian)
// and canonical DAG-CBOR; a stream carries one question after the other, never two at once.
import * as z from 'zod'
import type { Canonical } from '../canonical.ts'
import { type ErrorCode, errors } from '../errors.ts'
import { type Refusal, refuse } from '../outcome.ts'

/** What both ends of a protocol agree on before a byte is sent. */
export interface StreamProtocol<Ask extends Canonical, Answer extends Canonical> {
  readonly id: `/vcp/${string}/1`
  readonly ask: z.ZodType<Ask>
  readonly answer: z.ZodType<Answer>
  readonly askBytesMax: number
  readonly answerBytesMax: number
  /** Plain bytes that may follow an answer; 0 where none ever do. */
  readonly payloadBytesMax: number
  /** From the question's first byte to the answer's last. */
  readonly deadlineMs: number
  /** What one peer may ask in a second, over a while. */
  readonly asksPerSecond: number
}

/** The frame of an answer; the answer itself is checked against the protocol's own schema. */
export const AnswerFrame = z.discriminatedUnion('ok', [
  z.strictObject({
    ok: z.literal(true),
    value: z.unknown(),
    payload_bytes: z.int().min(0),
  }),
  z.strictObject({
    ok: z.literal(false),
    code: z
      .string()
      .max(40)
      .regex(/^[A-Z][A-Z_]*$/),
    reason: z.string().max(1_000),
  }),
])
export type AnswerFrame = z.infer<typeof AnswerFrame>

/** A refusal off the wire. A newer peer may know codes that this version does not. */
export function refusalFrom(code: string, reason: string): Refusal {
  return Object.hasOwn(errors, code)
    ? refuse(code as ErrorCode, reason)
    : refuse('CONFLICT', `${code}: ${reason}`)
}
