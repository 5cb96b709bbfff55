import { VcpError } from '@vcp/protocol'
import * as z from 'zod'
import { defineCommand } from '../../../command.ts'
import { openDatasetBook } from '../../../datasets/dataset-book.ts'

export const command = defineCommand({
  about:
    'No task trains on the data set any more; one that does now ends here without a word of it. ' +
    'The data itself stays, and so does the record of what it has spent: added again, it goes on ' +
    'from there.',
  arguments: [{ form: '<name>', about: 'what tasks call it' }],
  examples: [{ line: 'vcp node dataset remove digits', about: 'from now on' }],
  input: z.strictObject({ name: z.string().min(1) }),
  async run({ name }, { dataDir }) {
    if (openDatasetBook(dataDir).remove(name)) return { name, removed: true }
    throw new VcpError('NOT_FOUND', {
      message: `there is no data set ${name}`,
      hint: 'See which there are with `vcp node dataset list`.',
    })
  },
  text: ({ name }, style) => `${style.title(name)} is not trained on any more`,
})
