import * as z from 'zod'
import { agentClient } from '../../agent/api/client.ts'
import { statusText } from '../../agent/api/status-text.ts'
import { defineCommand } from '../../command.ts'

export const command = defineCommand({
  about:
    'Asks the agent that runs on the data folder, over its socket: what it holds, whom it is ' +
    'joined to, what it measured. Looking does not disturb it.',
  examples: [
    { line: 'vcp node status', about: 'what is it doing?' },
    { line: 'vcp node status --json | jq .tally', about: 'what came of it since it was started' },
  ],
  input: z.strictObject({}),
  run: (_, { dataDir, host }) => agentClient(dataDir, host.env).status(),
  text: statusText,
})
