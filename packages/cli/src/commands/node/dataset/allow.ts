import * as z from 'zod'
import { defineCommand } from '../../../command.ts'
import { openDatasetBook } from '../../../datasets/dataset-book.ts'
import { Grantee, granted, grantText, regrant } from '../../../datasets/grants.ts'

export const command = defineCommand({
  about:
    'Grants a data set to the tasks of one submitter more. The first that is named ends it that ' +
    'everybody may use it. Submitters are named as their coordinator calls them to nodes: ' +
    'whoever wants to be granted something reads it from `vcp account show` and tells it. The ' +
    'name says nothing else of them, and at another coordinator they have another one.',
  arguments: [
    { form: '<name>', about: 'what tasks call the data set' },
    { form: '<requester>', about: 'the requester of `vcp account show`, or "everybody"' },
  ],
  examples: [
    { line: 'vcp node dataset allow scans 5feb…9cd7', about: 'this submitter, and others named' },
    { line: 'vcp node dataset allow scans everybody', about: 'whoever hands in a task' },
  ],
  input: z.strictObject({ name: z.string().min(1), requester: Grantee }),
  async run({ name, requester }, { dataDir }) {
    const book = openDatasetBook(dataDir)
    const { allow } = regrant(book, name, (record) => granted(record.allow, requester))
    return { name, allow }
  },
  text: grantText,
})
