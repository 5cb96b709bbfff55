// One stream of events for all tasks that somebody waits for, however many they are.
import {
  type LedgerEvent,
  type LedgerEventType,
  limits,
  type TaskId,
  type TaskInfo,
} from '@vcp/protocol'
import type { Connection } from './connection.ts'
import { follow } from './follow.ts'
import { taskOfEvent } from './task-progress.ts'

export type TaskNews =
  | { readonly kind: 'event'; readonly event: LedgerEvent }
  /** How the task stands, where events may have gone untold. */
  | { readonly kind: 'info'; readonly info: TaskInfo }
  /** Nothing more will be heard. */
  | { readonly kind: 'broken'; readonly error: unknown }

export interface TaskFeed {
  /** From here on nothing is missed; rejects where events cannot be heard at all. */
  readonly opened: Promise<void>
  /** Tells the news of a task until what it returns is called. */
  listen(taskId: TaskId, tell: (news: TaskNews) => void): () => void
  close(): void
}

/** Up to so many tasks are asked for one by one; of more, the list is read. */
const askedSinglyMax = 8

/** `types`: of these only, for whoever wants to know no more. */
export function createTaskFeed(
  connection: Connection,
  types: readonly LedgerEventType[] = [],
): TaskFeed {
  const closing = new AbortController()
  const listeners = new Map<TaskId, (news: TaskNews) => void>()
  const opened = Promise.withResolvers<void>()
  opened.promise.catch(() => {
    // Who waits for it is told; who does not is told by the news.
  })

  async function run(): Promise<void> {
    for await (const heard of follow(connection, closing.signal, types)) {
      if (heard === 'look') {
        opened.resolve()
        for await (const info of lookAt(connection, new Set(listeners.keys()))) {
          listeners.get(info.task_id)?.({ kind: 'info', info })
        }
        continue
      }
      const taskId = taskOfEvent(heard.event)
      if (taskId !== null) listeners.get(taskId)?.({ kind: 'event', event: heard.event })
    }
  }

  run().catch((error: unknown) => {
    opened.reject(error)
    for (const tell of listeners.values()) tell({ kind: 'broken', error })
  })

  return {
    opened: opened.promise,
    listen(taskId, tell) {
      listeners.set(taskId, tell)
      return () => void listeners.delete(taskId)
    },
    close: () => closing.abort(),
  }
}

async function* lookAt(connection: Connection, wanted: Set<TaskId>): AsyncGenerator<TaskInfo> {
  if (wanted.size <= askedSinglyMax) {
    for (const id of wanted) yield await connection.ask('getTask', { params: { id } })
    return
  }
  for (let cursor: string | null = null; wanted.size > 0; ) {
    const query: Record<string, string | number> = { limit: limits.pageItemsMax }
    if (cursor !== null) query['cursor'] = cursor
    const page = await connection.ask('listTasks', { query })
    for (const info of page.tasks as readonly TaskInfo[]) {
      if (wanted.delete(info.task_id)) yield info
    }
    cursor = page.next_cursor as string | null
    if (cursor === null) return
  }
}
