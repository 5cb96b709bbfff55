// What a child may say, checked as if a stranger had said it: a module that broke out of V8 speaks
// with the child's voice.
import { Digest, Ending } from '@vcp/protocol'
import * as z from 'zod'
import { hostFaults } from '../host-fault.ts'
import type { Attestable, Infrastructure, RunRequest } from '../run/request.ts'
import { traceDepth } from '../run/trace.ts'
import { detailCharactersMax } from './child-terms.ts'
import type { Frame } from './frame.ts'
import type { WorkDone } from './work.ts'

/** What one task entitles its child to say. */
export interface Agreed {
  readonly id: number
  readonly request: RunRequest
  readonly memoryPagesMax: number
}

export type ChildMessage =
  | { readonly type: 'ready' }
  /** It has the task: from here on its end may be the task's doing. */
  | { readonly type: 'taken' }
  | { readonly type: 'status'; readonly residentBytes: number; readonly gasUsed: number }
  | { readonly type: 'failed'; readonly fault: WorkerFault; readonly detail: string }
  | WorkDone

/** How the child's worker thread ended when it ended. */
export const workerFaults = ['worker_memory', 'worker_error', 'worker_exit'] as const
export type WorkerFault = (typeof workerFaults)[number]

const headerBytesMax = 262_144

/** The largest frame that a child may send while it has this task, or none. */
export function frameBytesMax(agreed: Agreed | null): number {
  if (agreed === null) return 1_024
  const { outputBytesMax } = agreed.request
  return headerBytesMax + outputBytesMax + checkpointsMax(agreed.request) * digestBytes
}

/** Null where a child says what it may not say, however it came to say it. */
export function parseChildFrame(frame: Frame, agreed: Agreed | null): ChildMessage | null {
  const parsed = Message.safeParse(frame.header)
  if (!parsed.success) return null
  const message = parsed.data
  if (message.type === 'ready') return agreed === null && frame.blobs.length === 0 ? message : null
  if (agreed === null || message.id !== agreed.id) return null
  if (message.type !== 'done') {
    if (frame.blobs.length > 0) return null
    return message.type === 'failed' ? { ...message, detail: printable(message.detail) } : message
  }
  const { result } = message
  const checked =
    result.kind === 'infrastructure'
      ? infrastructure(result, frame)
      : attestable(result, frame, agreed)
  return checked === null ? null : { ...message, result: checked }
}

/** What a stranger wrote, for a terminal: no control characters, so no escape sequences. */
export function printable(text: string): string {
  return text.replace(/[^\P{C}\n]/gu, '?')
}

const digestBytes = 32
const traceLeavesMax = 2 ** traceDepth
const Milliseconds = z.number().min(0).max(1e9)
const Detail = z.string().max(detailCharactersMax)

const Result = z.strictObject({
  type: z.enum(['i32', 'i64', 'f32', 'f64']),
  value: z.union([z.number(), z.string().max(32)]),
})

const AttestableHeader = z.strictObject({
  kind: z.literal('attestable'),
  ending: Ending,
  gas: z.int().min(0),
  results: z.array(Result).max(1_000).nullable(),
  traceRoot: Digest.nullable(),
  memoryPages: z.int().min(0).max(65_536),
  detail: Detail.nullable(),
})

const InfrastructureHeader = z.strictObject({
  kind: z.literal('infrastructure'),
  fault: z.enum(hostFaults),
  detail: Detail,
})

const Message = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('ready') }),
  z.strictObject({ type: z.literal('taken'), id: z.int() }),
  z.strictObject({
    type: z.literal('status'),
    id: z.int(),
    residentBytes: z.int().min(0),
    gasUsed: z.int().min(0),
  }),
  z.strictObject({
    type: z.literal('failed'),
    id: z.int(),
    fault: z.enum(workerFaults),
    detail: Detail,
  }),
  z.strictObject({
    type: z.literal('done'),
    id: z.int(),
    result: z.discriminatedUnion('kind', [AttestableHeader, InfrastructureHeader]),
    instrumented: Digest.nullable(),
    instrumenterVersion: z.int().min(0).nullable(),
    timings: z.strictObject({
      instrumentMs: Milliseconds,
      compileMs: Milliseconds,
      runMs: Milliseconds,
    }),
  }),
])

function infrastructure(
  header: z.infer<typeof InfrastructureHeader>,
  { blobs }: Frame,
): Infrastructure | null {
  return blobs.length === 0 ? { ...header, detail: printable(header.detail) } : null
}

function attestable(
  header: z.infer<typeof AttestableHeader>,
  { blobs }: Frame,
  { request, memoryPagesMax }: Agreed,
): Attestable | null {
  const [stdout, stderr, leaves] = blobs
  if (blobs.length !== 3 || !stdout || !stderr || !leaves) return null
  const isAgreed =
    header.gas <= request.gas &&
    header.memoryPages <= memoryPagesMax &&
    stdout.length + stderr.length <= request.outputBytesMax &&
    leaves.length % digestBytes === 0 &&
    leaves.length / digestBytes <= checkpointsMax(request) &&
    (header.traceRoot === null) === (leaves.length === 0) &&
    (request.call.kind === 'function' || header.results === null)
  if (!isAgreed) return null
  const detail = header.detail === null ? null : printable(header.detail)
  return { ...header, detail, stdout, stderr, checkpoints: digests(leaves) }
}

/** One at every multiple of `checkpointGas`, and the last at the end; as many as a trace has. */
function checkpointsMax({ gas, checkpointGas }: RunRequest): number {
  if (checkpointGas === null) return 0
  return Math.min(Math.floor(gas / checkpointGas) + 2, traceLeavesMax)
}

function digests(leaves: Uint8Array): Digest[] {
  const all = Buffer.from(leaves.buffer, leaves.byteOffset, leaves.length).toString('hex')
  return Array.from({ length: leaves.length / digestBytes }, (_, i) =>
    all.slice(i * 2 * digestBytes, (i + 1) * 2 * digestBytes),
  ) as Digest[]
}
