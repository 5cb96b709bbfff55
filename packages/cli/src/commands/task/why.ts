import { type AssignmentInfo, TaskId } from '@vcp/protocol'
import * as z from 'zod'
import { defineCommand } from '../../command.ts'
import { withCoordinator } from '../../coordinator-client.ts'
import { endText } from '../../task/end-text.ts'
import { fitsOf, fitsText } from '../../task/fits-text.ts'

export const command = defineCommand({
  about:
    'Asks why a task waits: node by node, what it asks for and what there is; then what those ' +
    'said that had it and brought nothing. Before submitting, `vcp task submit --dry-run` asks ' +
    'for the first.',
  arguments: [{ form: '<id>', about: 'the id of the task' }],
  examples: [
    { line: 'vcp task why 019f0000-0000-7000-8000-000000000001', about: 'what does it wait for?' },
  ],
  input: z.strictObject({ id: TaskId }),
  run: ({ id }, context) =>
    withCoordinator(
      context,
      async (connection) => {
        const fits = await connection.ask('whyTask', { params: { id } })
        const spec = await connection.ask('taskSpec', { params: { id } })
        const { assignments } = await connection.ask('taskAssignments', { params: { id } })
        return { ...fitsOf(spec, fits), tried: assignments.filter(cameToNothing) }
      },
      { signsIn: 'if-known' },
    ),
  text: ({ tried, ...fits }, style) =>
    [fitsText(fits, style), ...tried.map((each) => endText(each, style))].join('\n'),
})

function cameToNothing({ state }: AssignmentInfo): boolean {
  return state === 'declined' || state === 'lost' || state === 'rejected'
}
