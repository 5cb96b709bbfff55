import * as z from 'zod'
import { defineCommand } from '../../../command.ts'
import { openDatasetBook } from '../../../datasets/dataset-book.ts'
import { datasetText, shownDataset } from '../../../datasets/dataset-text.ts'
import { openLedger } from '../../../datasets/ledger-place.ts'

export const command = defineCommand({
  about: 'Lists the data sets that tasks may train on here, and what is left of their budgets.',
  examples: [{ line: 'vcp node dataset list', about: 'what may be learned from here?' }],
  input: z.strictObject({}),
  async run(_input, { dataDir }) {
    const records = openDatasetBook(dataDir).all()
    if (records.length === 0) return []
    const ledger = openLedger(dataDir)
    try {
      return records.map((record) => shownDataset(record, ledger))
    } finally {
      ledger.close()
    }
  },
  text: (data, style) =>
    data.length === 0
      ? `There is none. ${style.code('vcp node dataset add --help')} says how to add one.`
      : datasetText(data, style),
})
