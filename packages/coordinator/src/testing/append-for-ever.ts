// Appends to a journal until it is killed, and prints its size whenever an append is acknowledged.
import { writeSync } from 'node:fs'
import { openSqliteJournal } from '../journal/sqlite-journal.ts'

const [file = ''] = process.argv.slice(2)
const journal = await openSqliteJournal({ file })
for (;;) {
  await journal.append(journal.size, [Buffer.from(`entry ${journal.size}`)])
  writeSync(1, `${journal.size}\n`)
}
