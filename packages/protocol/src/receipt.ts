import * as z from 'zod'
import { EngineVersion } from './capabilities.ts'
import { Cid, Digest, TaskId } from './ids.ts'
import { AtMs, Count } from './quantities.ts'
import { TaskType } from './tasks/task-type.ts'

/** How a run ended, where another machine must come to the same end. */
export const Ending = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('ok') }),
  z.strictObject({ kind: z.literal('exit'), exit_code: z.int().min(0).max(255) }),
  z.strictObject({ kind: z.literal('trap'), trap: z.string().min(1).max(64) }),
  z.strictObject({ kind: z.literal('out_of_gas') }),
  z.strictObject({ kind: z.literal('output_limit') }),
  z.strictObject({ kind: z.literal('rejected'), code: z.string().min(1).max(64) }),
])
export type Ending = z.infer<typeof Ending>

/** What a node signs about a task it ran: who, what, from what, to what, at what cost. */
export const Receipt = z.strictObject({
  task_id: TaskId,
  task_type: TaskType,
  /** The task as submitted: `taskDigest` of its spec. */
  task_digest: Digest,
  lease_epoch: Count,
  /** The program, where there is one. */
  module: Cid.nullable(),
  /** The bytes that really ran, after instrumentation. */
  instrumented: Digest.nullable(),
  input: Digest,
  output: Cid,
  output_bytes: Count,
  ending: Ending,
  gas: Count.nullable(),
  /** The Merkle root of the checkpoints of the run. */
  trace_root: Digest.nullable(),
  engine: EngineVersion,
  started_at_ms: AtMs,
  ended_at_ms: AtMs,
})
export type Receipt = z.infer<typeof Receipt>
