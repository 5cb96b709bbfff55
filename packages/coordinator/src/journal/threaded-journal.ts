// The journal in SQLite, in a thread of its own: hashing what is appended, writing it and waiting
// for the disk take as long as deciding it, and now go on beside it.
import type { Worker } from 'node:worker_threads'
import { VcpError } from '@vcp/protocol'
import { openThread } from '../open-thread.ts'
import type { Journal } from './journal.ts'
import { journalOver, type PortJournal } from './journal-port.ts'
import type { SqliteJournalOptions } from './sqlite-journal.ts'

/** As `openSqliteJournal`. The thread ends when the journal is closed, or with the process. */
export async function openThreadedJournal(options: SqliteJournalOptions): Promise<Journal> {
  const thread = openThread('./journal-thread', import.meta.url, { workerData: options })
  const exited = new Promise<void>((resolve) => {
    thread.once('exit', () => resolve())
  })
  const onBusy = (isBusy: boolean) => {
    if (isBusy) thread.ref()
    else thread.unref()
  }
  let journal: PortJournal
  try {
    journal = await Promise.race([journalOver(thread, onBusy), failureOf(thread, exited)])
  } catch (error) {
    await thread.terminate()
    throw error
  }
  failureOf(thread, exited).catch((reason: VcpError) => journal.fail(reason))
  const close = journal.close.bind(journal)
  journal.close = async () => {
    await close()
    await thread.terminate()
  }
  return journal
}

/** Rejects when the thread is gone. */
async function failureOf(thread: Worker, exited: Promise<void>): Promise<never> {
  let cause: unknown
  thread.once('error', (error) => {
    cause = error
  })
  await exited
  throw new VcpError('JOURNAL_FAILED', { message: 'the thread of the journal ended', cause })
}
