import * as z from 'zod'
import { defineCommand } from '../../command.ts'
import { changeConfig, openConfigFile } from '../../config/file.ts'
import { keyNames } from '../../config/keys.ts'
import { checkValue, known } from '../../config/settings.ts'

export const command = defineCommand({
  arguments: [
    { form: '<key>', about: 'such as coordinator.url', choices: keyNames },
    { form: '<value>', about: 'what it is to be' },
  ],
  examples: [
    {
      line: 'vcp config set coordinator.url https://coordinator.example',
      about: 'keep it in config.json of the data folder',
    },
  ],
  input: z.strictObject({ key: z.string(), value: z.string() }),
  async run({ key, value }, { dataDir }) {
    const name = known(key, 'on the command line')
    const checked = checkValue(name, value, 'on the command line')
    const file = await openConfigFile(dataDir)
    changeConfig(file, () => file.set(name, checked))
    return { key: name, value: checked, file: file.path }
  },
  text: ({ key, value, file }, style) => `${style.code(key)} is ${value}, kept in ${file}`,
})
