import { limits, type TaskInfo, TaskState, TaskType } from '@vcp/protocol'
import * as z from 'zod'
import { defineCommand } from '../../command.ts'
import { withCoordinator } from '../../coordinator-client.ts'
import { statusText } from '../../task/task-text.ts'

/** From here on a line has room for when its task was submitted; `vcp task show` says it too. */
const wideColumns = 104

export const command = defineCommand({
  about: 'Lists your tasks, the newest first.',
  options: [
    { form: '--status <status>', about: 'only those in this state' },
    { form: '--type <type>', about: 'only those of this type' },
    { form: '-n, --limit <n>', about: 'at most so many; 20 unless said' },
  ],
  examples: [
    { line: 'vcp task list', about: 'what have I submitted?' },
    { line: 'vcp task list --status failed --json', about: 'what has failed?' },
  ],
  input: z.strictObject({
    status: TaskState.optional(),
    type: TaskType.optional(),
    limit: z.coerce.number().int().min(1).max(limits.pageItemsMax).default(20),
  }),
  run: ({ status, type, limit }, context) =>
    withCoordinator(
      context,
      async (connection): Promise<readonly TaskInfo[]> => {
        const filter = { ...(status && { status }), ...(type && { task_type: type }) }
        const { tasks } = await connection.ask('listTasks', { query: { limit, ...filter } })
        return tasks as readonly TaskInfo[]
      },
      { signsIn: 'if-known' },
    ),
  text(tasks, style) {
    if (tasks.length === 0) return 'no tasks'
    const hasRoom = style.columns >= wideColumns
    const lines = tasks.map((task) => {
      const state = statusText(task, style) + ' '.repeat(10 - task.status.length)
      const begun = hasRoom ? ` ${task.created_at}` : ''
      const more = task.level ?? task.reason ?? ''
      return `${task.task_id}  ${state} ${task.task_type.padEnd(18)}${begun}  ${more}`.trimEnd()
    })
    return lines.join('\n')
  },
})
