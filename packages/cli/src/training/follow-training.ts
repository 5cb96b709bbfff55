// Follows a training to its end, and keeps what it comes to as it comes.
import { type Connection, getBlob } from '@vcp/client'
import { Cid, limits, type TaskInfo } from '@vcp/protocol'
import * as z from 'zod'
import type { TrainingFolder } from './training-folder.ts'
import type { TrainingScreen } from './training-screen.ts'
import { type TrainingNews, watchTraining } from './watch-training.ts'

export interface FollowParts {
  readonly connection: Connection
  readonly folder: TrainingFolder
  readonly screen: TrainingScreen
  readonly signal: AbortSignal
}

export async function followTraining(parts: FollowParts): Promise<TrainingNews> {
  const { connection, folder, screen, signal } = parts
  const { task_id: taskId } = folder.prepared.submission
  let last: TrainingNews | null = null
  for await (const news of watchTraining(connection, taskId, signal)) {
    last = news
    screen.show(news)
    await keep(parts, news)
  }
  if (last === null) throw signal.reason
  return last
}

async function keep({ connection, folder }: FollowParts, { task, rounds }: TrainingNews) {
  for (const { number, model_out: model } of rounds) {
    if (model === null || folder.hasModel(number)) continue
    folder.keepModel(number, await getBlob(connection, model, limits.blobWholeBytesMax))
  }
  const output = outputOf(task)
  if (output !== null) {
    folder.keepResult(await getBlob(connection, output, limits.blobWholeBytesMax))
  }
  const { task_id, status, reason } = task
  folder.keepHistory({ task_id, status, reason, rounds: [...rounds] })
}

function outputOf({ status, result }: TaskInfo) {
  const output = z.looseObject({ output: Cid }).safeParse(result)
  return status === 'completed' && output.success ? output.data.output : null
}
