import { TaskId, VcpError } from '@vcp/protocol'
import * as z from 'zod'
import { defineCommand } from '../../command.ts'
import { withCoordinator } from '../../coordinator-client.ts'
import { trainingScreen } from '../../training/training-screen.ts'
import { watchTraining } from '../../training/watch-training.ts'

export const command = defineCommand({
  about:
    'Shows the rounds of a training as they go, until it has ended. Ctrl-C ends the watching, ' +
    'not the training.',
  arguments: [{ form: '<task>', about: 'the id of the training' }],
  examples: [
    { line: 'vcp round watch 019f0000-0000-7000-8000-000000000001', about: 'how is it going?' },
  ],
  input: z.strictObject({ task: TaskId }),
  endsItself: true,
  async run({ task: taskId }, context): Promise<void> {
    const { signal } = context.host
    const screen = trainingScreen(context)
    try {
      await withCoordinator(
        context,
        async (connection) => {
          const known = await connection.ask('getTask', { params: { id: taskId } })
          if (known.task_type !== 'federated_learning') {
            throw new VcpError('INVALID', { message: `the task ${taskId} trains nothing` })
          }
          for await (const news of watchTraining(connection, taskId, signal)) screen.show(news)
        },
        { signsIn: 'if-known', silenceMs: 60_000 },
      )
    } catch (error) {
      if (!signal.aborted) throw error
      throw new VcpError('INTERRUPTED', {
        message: `nobody watches the training ${taskId} now`,
        hint: `It goes on without you: \`vcp round watch ${taskId}\` comes back to it.`,
      })
    }
  },
  text: () => '',
})
