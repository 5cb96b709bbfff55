import * as z from 'zod'
import { defineCommand } from '../../../command.ts'
import { openDatasetBook } from '../../../datasets/dataset-book.ts'
import { denied, Grantee, grantText, regrant } from '../../../datasets/grants.ts'

export const command = defineCommand({
  about:
    'Takes a data set from the tasks of one submitter, or of everybody. A task that trains on it ' +
    'now sends nothing more; what has left stays paid for.',
  arguments: [
    { form: '<name>', about: 'what tasks call the data set' },
    { form: '<requester>', about: 'as `vcp node dataset list` shows it, or "everybody"' },
  ],
  examples: [
    { line: 'vcp node dataset deny scans 5feb…9cd7', about: 'this submitter no more' },
    { line: 'vcp node dataset deny scans everybody', about: 'nobody, until somebody is named' },
  ],
  input: z.strictObject({ name: z.string().min(1), requester: Grantee }),
  async run({ name, requester }, { dataDir }) {
    const book = openDatasetBook(dataDir)
    const { allow } = regrant(book, name, (record) => denied(record, requester))
    return { name, allow }
  },
  text: grantText,
})
