import * as z from 'zod'
import { defineCommand } from '../../command.ts'
import { describeOrigin } from '../../config/describe.ts'
import { keyNames, keys, variableOf } from '../../config/keys.ts'
import { readOrigins } from '../../config/settings.ts'

export const command = defineCommand({
  about:
    'A setting comes from a flag (--set key=value), else from its environment variable, else ' +
    'from config.json in the data folder, else from its default. Unknown keys are errors ' +
    'everywhere.',
  options: [{ form: '--origin', about: 'show where each value comes from' }],
  examples: [
    { line: 'vcp config show', about: 'every setting as it is in force' },
    { line: 'vcp config show --origin --json', about: 'the same for a program, with origins' },
  ],
  input: z.strictObject({ origin: z.boolean().default(false) }),
  async run({ origin }, { dataDir, host, overrides }) {
    const origins = readOrigins({ dataDir, env: host.env, overrides })
    const settings = keyNames.map((name) => ({
      key: name,
      value: origins[name].value,
      about: keys[name].about,
      variable: variableOf(name),
      ...(origin ? { origin: origins[name].origin } : {}),
    }))
    return { settings }
  },
  text({ settings }, style) {
    const width = Math.max(...settings.map(({ key }) => key.length))
    return settings
      .map(({ key, value, about, origin }) => {
        const from = origin === undefined ? '' : `  ${style.warn(describeOrigin(origin))}`
        const shown = value === null ? style.quiet('(none)') : String(value)
        const margin = ' '.repeat(width)
        return `${style.code(key.padEnd(width))}  ${shown}${from}\n${margin}  ${style.quiet(about)}`
      })
      .join('\n')
  },
})
