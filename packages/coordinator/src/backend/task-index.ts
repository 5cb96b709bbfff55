// Tasks by owner, in the order in which they came, so that a list of somebody's tasks does not look
// at everybody's.
import type { AccountId, LedgerEntry, TaskId } from '@vcp/protocol'
import type { State } from '../core/state.ts'

export interface TaskIndex {
  /** What became durable since. */
  add(entries: readonly LedgerEntry[]): void
  of(ownerId: AccountId): readonly TaskId[]
  readonly all: readonly TaskId[]
}

export function createTaskIndex(state: State): TaskIndex {
  const all: TaskId[] = []
  const byOwner = new Map<AccountId, TaskId[]>()

  function put(ownerId: AccountId, taskId: TaskId): void {
    all.push(taskId)
    const own = byOwner.get(ownerId)
    if (own === undefined) byOwner.set(ownerId, [taskId])
    else own.push(taskId)
  }

  for (const { ownerId, taskId } of state.tasks.values()) put(ownerId, taskId)
  return {
    add(entries) {
      for (const { event } of entries) {
        if (event.type === 'task-submitted') put(event.owner_id, event.task_id)
      }
    },
    of: (ownerId) => byOwner.get(ownerId) ?? [],
    all,
  }
}
