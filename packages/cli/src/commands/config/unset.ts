import * as z from 'zod'
import { defineCommand } from '../../command.ts'
import { changeConfig, openConfigFile } from '../../config/file.ts'
import { keyNames } from '../../config/keys.ts'

export const command = defineCommand({
  about:
    'Takes a key out of the file, known or not: a key that vcp does not know stops every ' +
    'command.',
  arguments: [{ form: '<key>', about: 'such as coordinator.url', choices: keyNames }],
  examples: [{ line: 'vcp config unset coordinator.url', about: 'back to the default' }],
  input: z.strictObject({ key: z.string() }),
  async run({ key }, { dataDir }) {
    const file = await openConfigFile(dataDir)
    const wasSet = file.has(key)
    if (wasSet) changeConfig(file, () => file.delete(key as never))
    return { key, was_set: wasSet, file: file.path }
  },
  text: ({ key, was_set, file }, style) =>
    was_set ? `${style.code(key)} is gone from ${file}` : `${style.code(key)} was not in ${file}`,
})
