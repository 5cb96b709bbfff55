import * as z from 'zod'
import { agentClient } from '../../agent/api/client.ts'
import { defineCommand } from '../../command.ts'

export const command = defineCommand({
  about: 'Ends a pause or a draining.',
  examples: [{ line: 'vcp node resume', about: 'take work again' }],
  input: z.strictObject({}),
  run: (_, { dataDir, host }) => agentClient(dataDir, host.env).control({ control: 'resume' }),
  text: ({ mode, breaker }) =>
    breaker.text === null
      ? `the node is ${mode}`
      : `the node is ${mode}: its breaker is open, because ${breaker.text}`,
})
