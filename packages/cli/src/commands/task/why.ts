import { TaskId } from '@vcp/protocol'
import * as z from 'zod'
import { defineCommand } from '../../command.ts'
import { withCoordinator } from '../../coordinator-client.ts'
import { fitsText } from '../../task/fits-text.ts'

export const command = defineCommand({
  about:
    'Asks why a task waits: node by node, what it asks for and what there is. Before submitting, ' +
    '`vcp task submit --dry-run` asks the same.',
  arguments: [{ form: '<id>', about: 'the id of the task' }],
  examples: [
    { line: 'vcp task why 019f0000-0000-7000-8000-000000000001', about: 'what does it wait for?' },
  ],
  input: z.strictObject({ id: TaskId }),
  run: ({ id }, context) =>
    withCoordinator(context, (connection) => connection.ask('whyTask', { params: { id } }), {
      signsIn: true,
    }),
  text: fitsText,
})
