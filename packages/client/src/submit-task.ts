import {
  type Digest,
  faultsOf,
  type Submission,
  TaskId,
  type TaskInfo,
  TaskSpec,
  taskDigest,
  uuidV7From,
  VcpError,
} from '@vcp/protocol'
import type * as z from 'zod'
import { type NamedBlob, type Progress, putBlob } from './blobs.ts'
import type { Connection } from './connection.ts'

/** A task as one writes it: what has a default may be left out. */
export type TaskDraft = z.input<typeof TaskSpec>

/** A task that can be sent, as often as need be. */
export interface PreparedTask {
  readonly submission: Submission
  /** By which it is known that a result is of this task. */
  readonly digest: Digest
  /** What it names by CID and the coordinator may not have. */
  readonly blobs: readonly NamedBlob[]
}

export interface Preparation {
  /** A new one where nothing is said. */
  readonly taskId?: TaskId
  readonly blobs?: readonly NamedBlob[]
}

export function prepareTask(
  draft: TaskDraft,
  { taskId, blobs = [] }: Preparation = {},
): PreparedTask {
  const read = TaskSpec.safeParse(draft)
  if (!read.success) {
    throw new VcpError('INVALID', { message: `no task: ${faultsOf(read.error).join('; ')}` })
  }
  const submission = { task_id: taskId ?? newTaskId(), task: read.data }
  return { submission, digest: taskDigest(read.data), blobs }
}

export function newTaskId(): TaskId {
  return TaskId.parse(uuidV7From(Date.now(), crypto.getRandomValues(new Uint8Array(10))))
}

/** Sends the blobs, then the task. Sent again it changes nothing and answers how that stands. */
export async function submitTask(
  connection: Connection,
  { submission, blobs }: PreparedTask,
  onUpload: Progress = () => undefined,
): Promise<TaskInfo> {
  for (const blob of blobs) await putBlob(connection, blob, onUpload)
  return connection.ask('submitTask', { body: submission })
}
