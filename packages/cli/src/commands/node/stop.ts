import * as z from 'zod'
import { agentClient } from '../../agent/api/client.ts'
import type { AgentStatus } from '../../agent/api/status.ts'
import { heldText } from '../../agent/api/status-text.ts'
import { type Context, defineCommand } from '../../command.ts'

export const command = defineCommand({
  about:
    'The node takes nothing new and ends when it has done what it holds, or when ' +
    'node.drain_seconds_max are over. What it could not deliver is kept, and delivered after the ' +
    'next start. The command waits for the end; Ctrl-C ends the waiting, not the stopping.',
  options: [{ form: '--now', about: 'without waiting for what it holds' }],
  examples: [
    { line: 'vcp node stop', about: 'in order' },
    { line: 'vcp node stop --now', about: 'what runs is lost, and run elsewhere' },
  ],
  input: z.strictObject({ now: z.boolean().default(false) }),
  run: ({ now }, context) => stop(now, context),
  text: ({ pid }) => `the node has ended (process ${pid})`,
})

async function stop(now: boolean, { dataDir, host, json }: Context): Promise<AgentStatus> {
  const client = agentClient(dataDir, host.env)
  // Listened to first: the stream ends when the agent does.
  const { ended } = await client.events(() => undefined, host.signal)
  const status = await client.control({ control: 'stop', now })
  if (!json && !now) host.err(`stopping: ${heldText(status)}\n`)
  await ended
  return status
}
