import { isEnded, type TaskId, type TaskInfo, VcpError } from '@vcp/protocol'
import type { Connection } from './connection.ts'
import { createQueue } from './queue.ts'
import type { TaskFeed, TaskNews } from './task-feed.ts'
import { afterEvent, progressOf, type TaskProgress } from './task-progress.ts'

/** How a task stands, and again whenever that changes, until it has ended. */
export async function* watchTask(
  connection: Connection,
  feed: TaskFeed,
  taskId: TaskId,
  begin: () => Promise<TaskInfo> = () => connection.ask('getTask', { params: { id: taskId } }),
): AsyncGenerator<TaskProgress> {
  await feed.opened
  const news = createQueue<TaskNews>()
  const leave = feed.listen(taskId, news.put)
  try {
    let progress = progressOf(await begin())
    yield progress
    if (isEnded(progress.status)) return
    for await (const each of news.take()) {
      const next = afterNews(progress, each)
      if (next === progress) continue
      progress = next
      yield progress
      if (isEnded(progress.status)) return
    }
  } finally {
    leave()
  }
}

/** Events may tell again what the first answer had told already; that changes nothing. */
export function afterNews(progress: TaskProgress, news: TaskNews): TaskProgress {
  switch (news.kind) {
    case 'event':
      return afterEvent(progress, news.event)
    case 'info':
      return {
        ...progressOf(news.info),
        committed: progress.committed,
        revealed: progress.revealed,
      }
    case 'broken':
      throw news.error
  }
}

/** Why an ended task has no result; null where it has one. */
export function failureOfTask(progress: TaskProgress): VcpError | null {
  const { taskId, status, reason, wasOffered } = progress
  if (status === 'completed') return null
  const details = { task_id: taskId, status, reason }
  if (status === 'failed' && !wasOffered) {
    return new VcpError('NO_ELIGIBLE_NODE', {
      message: `no node took the task ${taskId}: ${reason ?? 'none fits'}`,
      hint: '`vcp task submit --dry-run` with the same task says what keeps each node from it.',
      details,
    })
  }
  const end = status === 'failed' ? 'failed' : `is ${status}`
  return new VcpError('TASK_FAILED', {
    message: `the task ${taskId} ${end}: ${reason ?? ''}`,
    hint: `Run \`vcp task show ${taskId}\` to see who had it, and how that ended.`,
    details,
  })
}
