// A snapshot made beside the coordinator: a thread of its own reads the journal as a start would,
// comes to the state, and stores it. What it stores is consistent because it is a replay; the
// coordinator's own state is not looked at, and nobody waits for it.
import { MessageChannel } from 'node:worker_threads'
import { VcpError } from '@vcp/protocol'
import type { Settings } from '../core/settings.ts'
import type { Journal } from '../journal/journal.ts'
import { serveJournal } from '../journal/journal-port.ts'
import { openThread } from '../open-thread.ts'

export interface Kept {
  /** Entries that the snapshot covers. */
  readonly size: number
  readonly bytes: number
}

/** Keeps the state after all entries that are durable now. */
export async function keepInThread(journal: Journal, settings: Settings): Promise<Kept> {
  const { port1: ours, port2: theirs } = new MessageChannel()
  const thread = openThread('./keeper-thread', import.meta.url, {
    workerData: { port: theirs, settings },
    transferList: [theirs],
  })
  try {
    serveJournal(journal, ours)
    return await new Promise<Kept>((resolve, reject) => {
      thread.once('message', resolve)
      thread.once('error', reject)
      thread.once('exit', () => {
        reject(new VcpError('INTERNAL', { message: 'the thread that keeps the state ended' }))
      })
    })
  } finally {
    ours.close()
    await thread.terminate()
  }
}
