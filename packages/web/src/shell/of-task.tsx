import { TaskId } from '@vcp/protocol'
import type { ComponentChildren } from 'preact'
import { Notice } from '../parts/notice.tsx'

/** What is shown of the task that an address names; what is no id names none. */
export function OfTask({
  id,
  children,
}: {
  readonly id: string
  children(taskId: TaskId): ComponentChildren
}) {
  const taskId = TaskId.safeParse(id)
  if (taskId.success) return <>{children(taskId.data)}</>
  return (
    <Notice tone="bad" title="This is no task’s id">
      {id}
    </Notice>
  )
}
