import { levelMeanings, type TaskInfo } from '@vcp/protocol'
import { fields, type Style } from '../style.ts'

/** A task as the coordinator shows it. */
export function taskText(task: TaskInfo, style: Style): string {
  const rows: (readonly [string, string])[] = [
    ['task', task.task_id],
    ['type', task.task_type],
    ['status', statusText(task, style)],
  ]
  if (task.reason !== null) rows.push(['because', task.reason])
  if (task.level !== null) rows.push(['level', `${task.level}: ${levelMeanings[task.level]}`])
  if (task.assigned_nodes.length > 0)
    rows.push(['nodes', task.assigned_nodes.join(`\n${' '.repeat(9)}`)])
  rows.push(['created', task.created_at], ['updated', task.updated_at])
  rows.push(['digest', task.task_digest])
  return fields(rows, style)
}

export function statusText({ status }: Pick<TaskInfo, 'status'>, style: Style): string {
  if (status === 'completed') return style.good(status)
  return status === 'failed' || status === 'cancelled' ? style.bad(status) : style.warn(status)
}
