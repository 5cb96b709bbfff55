import { type Round, TaskId } from '@vcp/protocol'
import * as z from 'zod'
import { defineCommand } from '../../command.ts'
import { withCoordinator } from '../../coordinator-client.ts'
import { createNewestRounds } from '../../dashboard/coordinator/newest-rounds.ts'
import { roundTable } from '../../training/training-text.ts'
import { createRoundReader } from '../../training/watch-training.ts'

export const command = defineCommand({
  about:
    'Lists rounds of your trainings, and of those that your nodes take part in: the newest 200, ' +
    'the newest first. With --task all of one training, in their order.',
  options: [{ form: '--task <id>', about: 'only those of this training' }],
  examples: [
    { line: 'vcp round list', about: 'what is being trained?' },
    {
      line: 'vcp round list --task 019f0000-0000-7000-8000-000000000001 --json',
      about: 'the history of one training',
    },
  ],
  input: z.strictObject({ task: TaskId.optional() }),
  run: ({ task }, context) =>
    withCoordinator(
      context,
      async (connection): Promise<readonly Round[]> => {
        if (task !== undefined) return createRoundReader(connection, task).read()
        const { items } = await createNewestRounds(null).read(connection)
        return items.toReversed()
      },
      { signsIn: 'if-known' },
    ),
  text(rounds, style) {
    if (rounds.length === 0) return 'no rounds'
    const [head = '', ...lines] = roundTable(rounds)
    const ids = rounds.map(({ round_id }) => round_id)
    const width = ids[0]!.length
    // An id has a line of its own where there is no room beside the figures.
    if (width + 2 + Math.max(...[head, ...lines].map((line) => line.length)) > style.columns) {
      return [head, ...lines.flatMap((line, at) => [line, style.quiet(`  ${ids[at]}`)])].join('\n')
    }
    return [
      `${'id'.padEnd(width)}  ${head}`,
      ...lines.map((line, at) => `${ids[at]}  ${line}`),
    ].join('\n')
  },
})
