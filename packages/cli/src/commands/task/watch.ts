import {
  createTaskFeed,
  failureOfTask,
  type Setback,
  type TaskProgress,
  watchTask,
} from '@vcp/client'
import { TaskId } from '@vcp/protocol'
import * as z from 'zod'
import { type Context, defineCommand } from '../../command.ts'
import { withCoordinator } from '../../coordinator-client.ts'
import { describe, progressLine } from '../../task/progress-line.ts'
import { waitFor } from '../../task/waiting.ts'

export const command = defineCommand({
  about:
    'Says how a task stands, and again whenever that changes, until it has ended. Ctrl-C ends ' +
    'the watching, not the task.',
  arguments: [{ form: '<id>', about: 'the id of the task' }],
  options: [{ form: '--within <seconds>', about: 'watch no longer than this' }],
  examples: [
    { line: 'vcp task watch 019f0000-0000-7000-8000-000000000001', about: 'come back to a task' },
  ],
  input: z.strictObject({
    id: TaskId,
    within: z.coerce.number().positive().max(2_000_000).optional(),
  }),
  endsItself: true,
  async run({ id, within }, context): Promise<void> {
    const line = progressLine(context)
    const { approach, left } = waitFor(line, context.host.signal, within)
    try {
      const last = await withCoordinator(
        context,
        async (connection) => {
          const feed = createTaskFeed(connection)
          let last: TaskProgress | null = null
          try {
            for await (const progress of watchTask(connection, feed, id)) {
              last = progress
              line.end()
              context.host.out(`${shown(progress, context)}\n`)
            }
            return last
          } finally {
            feed.close()
          }
        },
        { ...approach, signsIn: 'if-known' },
      )
      const failure = last === null ? null : failureOfTask(last)
      if (failure !== null) throw failure
    } catch (error) {
      throw left(error, id)
    } finally {
      line.end()
    }
  },
  text: () => '',
})

function shown(progress: TaskProgress, { host, json }: Context): string {
  const atMs = host.nowMs()
  if (!json) return `${new Date(atMs).toISOString().slice(11, 19)} ${describe(progress)}`
  const { taskId, status, reason, level, nodes, setback, committed, revealed, output } = progress
  return JSON.stringify({
    at_ms: atMs,
    task_id: taskId,
    status,
    reason,
    level,
    nodes,
    setback: setback && shownSetback(setback),
    committed,
    revealed,
    output,
  })
}

function shownSetback({ peerId, kind, code, reason }: Setback) {
  return { peer_id: peerId, kind, code, reason }
}
