// What the thread of `threaded-journal.ts` runs.
import { parentPort, workerData } from 'node:worker_threads'
import { refuseJournal, serveJournal } from './journal-port.ts'
import { openSqliteJournal, type SqliteJournalOptions } from './sqlite-journal.ts'

if (parentPort === null) throw new Error('this file is run as a thread')
try {
  serveJournal(await openSqliteJournal(workerData as SqliteJournalOptions), parentPort)
} catch (error) {
  refuseJournal(parentPort, error)
}
