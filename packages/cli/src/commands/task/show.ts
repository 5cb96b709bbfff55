import { TaskId } from '@vcp/protocol'
import * as z from 'zod'
import { defineCommand } from '../../command.ts'
import { withCoordinator } from '../../coordinator-client.ts'
import { endText } from '../../task/end-text.ts'
import { taskText } from '../../task/task-text.ts'

export const command = defineCommand({
  about: 'Shows a task of yours: how it stands, who had it, and how that ended.',
  arguments: [{ form: '<id>', about: 'the id of the task' }],
  examples: [
    { line: 'vcp task show 019f0000-0000-7000-8000-000000000001', about: 'how does it stand?' },
  ],
  input: z.strictObject({ id: TaskId }),
  run: ({ id }, context) =>
    withCoordinator(
      context,
      async (connection) => {
        const task = await connection.ask('getTask', { params: { id } })
        const { assignments } = await connection.ask('taskAssignments', { params: { id } })
        return { task, assignments }
      },
      { signsIn: 'if-known' },
    ),
  text({ task, assignments }, style) {
    return [taskText(task, style), ...assignments.map((each) => endText(each, style))].join('\n')
  },
})
