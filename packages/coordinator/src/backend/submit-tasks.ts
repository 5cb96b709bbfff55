// Tasks on their way in: each is encoded once, for its digest and for its entry in the log, and all
// of a request wait for the disk together.
import {
  type AccountId,
  encodeTask,
  type Outcome,
  pass,
  refuse,
  type Submission,
  type TaskInfo,
  type TaskSpec,
} from '@vcp/protocol'
import { taskInfoOf } from '../core/views.ts'
import type { Loop, Told } from '../loop/loop.ts'
import { nativeDigest } from '../native-sha256.ts'

export interface SubmitParts {
  readonly loop: Loop
  /** The bytes of a task by itself, with those of the blobs that it names and that are here. */
  payloadBytes(spec: TaskSpec, ownBytes: number): number
}

/** One outcome a task, once what was taken is durable. */
export async function submitTasks(
  { loop, payloadBytes }: SubmitParts,
  ownerId: AccountId,
  submissions: readonly Submission[],
): Promise<readonly Outcome<TaskInfo>[]> {
  const { tasks } = loop.state
  const told = submissions.map(({ task_id: taskId, task }): Told => {
    const { digest, bytes } = encodeTask(task, nativeDigest)
    const named = { type: 'task-submitted', taskId, ownerId, task, digest } as const
    const input = { ...named, payloadBytes: payloadBytes(task, bytes.length) }
    return { input, part: { value: task, bytes } }
  })
  const answers = await loop.tellAll(told, (reply, i) => {
    if (!reply.ok) return reply
    // As it is at this moment, in which it may have been offered to a node already.
    const record = tasks.get(submissions[i]!.task_id)
    if (record === undefined) return refuse('INTERNAL', 'a task was taken and is not there')
    return pass(taskInfoOf(record))
  })
  return answers.ok ? answers.value : submissions.map(() => answers)
}
