import * as z from 'zod'
import { defineCommand } from '../../command.ts'
import { keyNames } from '../../config/keys.ts'
import { known, readOrigins } from '../../config/settings.ts'

export const command = defineCommand({
  arguments: [{ form: '<key>', about: 'such as coordinator.url', choices: keyNames }],
  examples: [{ line: 'vcp config get coordinator.url', about: 'the value in force, alone' }],
  input: z.strictObject({ key: z.string() }),
  async run({ key }, { dataDir, host, overrides }) {
    const name = known(key, 'on the command line')
    const { value, origin } = readOrigins({ dataDir, env: host.env, overrides })[name]
    return { key: name, value, origin }
  },
  text: ({ value }) => (value === null ? '' : String(value)),
})
