import * as z from 'zod'
import { encoderUnder } from '../canonical.ts'
import { sha256 } from '../digest.ts'
import { EvidenceLevel } from '../evidence-level.ts'
import { AccountId, Digest, PeerId, TaskId } from '../ids.ts'
import { BoundedJson } from '../json.ts'
import { Moment } from '../quantities.ts'
import { Computation } from './computation.ts'
import { ConnectOnly } from './connect-only.ts'
import { FederatedLearning } from './federated-learning.ts'
import { TaskType } from './task-type.ts'
import { WasmExecution } from './wasm-execution.ts'
import { ZkProof } from './zk-proof.ts'

/** A schema for each type of task; a type without one does not compile. */
export const taskSchemas = {
  federated_learning: FederatedLearning,
  zk_proof: ZkProof,
  wasm_execution: WasmExecution,
  computation: Computation,
  connect_only: ConnectOnly,
} as const satisfies Record<TaskType, z.ZodType>

/** What is to be done, as its submitter wrote it. */
export const TaskSpec = z.discriminatedUnion('task_type', [
  FederatedLearning,
  ZkProof,
  WasmExecution,
  Computation,
  ConnectOnly,
])
export type TaskSpec = z.infer<typeof TaskSpec>

/** The task of one type. */
export type TaskOf<Type extends TaskType> = z.infer<(typeof taskSchemas)[Type]>

export const taskStates = [
  'pending',
  'assigned',
  'running',
  'verifying',
  'completed',
  'failed',
  'cancelled',
] as const
export const TaskState = z.enum(taskStates)
export type TaskState = z.infer<typeof TaskState>

const endStates: readonly TaskState[] = ['completed', 'failed', 'cancelled']

export function isEnded(state: TaskState): boolean {
  return endStates.includes(state)
}

/** Names a submission by its content: the same task sent twice has the same digest. */
export function taskDigest(spec: TaskSpec, digest?: (bytes: Uint8Array) => Digest): Digest {
  return encodeTask(spec, digest).digest
}

const encodeSpec = encoderUnder('vcp/task/1')

/** The digest of a task, and its canonical bytes for whoever encodes what it stands in. */
export function encodeTask(
  spec: TaskSpec,
  digest: (bytes: Uint8Array) => Digest = sha256,
): { readonly digest: Digest; readonly bytes: Uint8Array } {
  const { bytes, hashed } = encodeSpec(spec)
  return { digest: digest(hashed), bytes }
}

/** A task as the coordinator shows it. */
export const TaskInfo = z.strictObject({
  task_id: TaskId,
  task_type: TaskType,
  task_digest: Digest,
  owner_id: AccountId,
  status: TaskState,
  /** Why it is in this state, for people: what it waits for, or how it ended. */
  reason: z.string().max(1_000).nullable(),
  /** Null until there is an accepted result. */
  level: EvidenceLevel.nullable(),
  assigned_nodes: z.array(PeerId),
  former_assigned_nodes: z.array(PeerId),
  created_at: Moment,
  updated_at: Moment,
  result: BoundedJson.nullable(),
  proof_id: z.string().max(128).nullable(),
})
export type TaskInfo = z.infer<typeof TaskInfo>
