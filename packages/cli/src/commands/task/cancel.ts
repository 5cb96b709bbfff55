import { TaskId } from '@vcp/protocol'
import * as z from 'zod'
import { defineCommand } from '../../command.ts'
import { withCoordinator } from '../../coordinator-client.ts'
import { taskText } from '../../task/task-text.ts'

export const command = defineCommand({
  about: 'Cancels a task that has not ended. What was set aside for it comes back.',
  arguments: [{ form: '<id>', about: 'the id of the task' }],
  examples: [{ line: 'vcp task cancel 019f0000-0000-7000-8000-000000000001', about: 'never mind' }],
  input: z.strictObject({ id: TaskId }),
  run: ({ id }, context) =>
    withCoordinator(context, (connection) => connection.ask('cancelTask', { params: { id } }), {
      signsIn: true,
    }),
  text: taskText,
})
