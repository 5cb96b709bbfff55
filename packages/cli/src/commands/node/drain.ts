import * as z from 'zod'
import { agentClient } from '../../agent/api/client.ts'
import { heldText } from '../../agent/api/status-text.ts'
import { defineCommand } from '../../command.ts'

export const command = defineCommand({
  about:
    'The node takes nothing new, does what it holds, and stays: for an update of the machine, ' +
    'say. `vcp node resume` ends that; `vcp node status` says when nothing is held any more.',
  examples: [{ line: 'vcp node drain', about: 'before the machine is needed for something else' }],
  input: z.strictObject({}),
  run: (_, { dataDir, host }) => agentClient(dataDir, host.env).control({ control: 'drain' }),
  text: (status) => `draining: ${heldText(status)}`,
})
