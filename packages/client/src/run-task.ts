import { type TaskSpec, VcpError } from '@vcp/protocol'
import type { Connection } from './connection.ts'
import type { Shown } from './evidence-desk.ts'
import type { KnownLogs } from './known-logs.ts'
import { type PreparedTask, submitTask } from './submit-task.ts'
import { createTaskFeed, type TaskFeed } from './task-feed.ts'
import type { TaskProgress } from './task-progress.ts'
import { type ProofChecker, type VerifiedResult, verifiedResult } from './verified-result.ts'
import { failureOfTask, watchTask } from './watch-task.ts'

export interface RunOptions {
  readonly knownLogs: KnownLogs
  /** Without it no result is shown to be proved. */
  readonly proofChecker?: ProofChecker
  /** One for many tasks saves a stream for each. */
  readonly feed?: TaskFeed
  readonly onProgress?: (progress: TaskProgress) => void
  readonly onUpload?: (bytes: number, of: number) => void
}

/** From a task to its verified result, or to the failure that it ended in. */
export async function runTask(
  connection: Connection,
  prepared: PreparedTask,
  options: RunOptions,
): Promise<VerifiedResult> {
  const feed = options.feed ?? createTaskFeed(connection)
  const { onProgress = () => undefined, onUpload = () => undefined } = options
  const { task_id, task } = prepared.submission
  try {
    let last: TaskProgress | null = null
    const begin = () => submitTask(connection, prepared, onUpload)
    for await (const progress of watchTask(connection, feed, task_id, begin)) {
      last = progress
      onProgress(progress)
    }
    if (last === null) throw new VcpError('INTERNAL', { message: 'a task ended unseen' })
    return await resultOf(connection, last, { digest: prepared.digest, task }, options)
  } finally {
    if (options.feed === undefined) feed.close()
  }
}

/** The verified result of a task that has ended, or the failure that it ended in. */
export async function resultOf(
  connection: Connection,
  ended: TaskProgress,
  { digest, task }: Pick<PreparedTask, 'digest'> & { readonly task: TaskSpec },
  { knownLogs, proofChecker: checker }: Pick<RunOptions, 'knownLogs' | 'proofChecker'>,
  shown?: Shown,
): Promise<VerifiedResult> {
  const failure = failureOfTask(ended)
  if (failure !== null) throw failure
  const { taskId, output } = ended
  const named = output === null ? {} : { output }
  const proof = checker === undefined ? {} : { proof: { task, checker } }
  const { level } = task.verification
  const given = shown === undefined ? {} : { shown }
  const asked = { taskId, digest, level, knownLogs, ...named, ...proof, ...given }
  return verifiedResult(connection, asked)
}
