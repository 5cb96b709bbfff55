// What the thread of `keeper.ts` runs.
import { type MessagePort, parentPort, workerData } from 'node:worker_threads'
import type { Settings } from '../core/settings.ts'
import { journalOver } from '../journal/journal-port.ts'
import { recover } from './recover.ts'
import { storeState } from './stored-state.ts'

if (parentPort === null) throw new Error('this file is run as a thread')
const { port, settings } = workerData as { readonly port: MessagePort; readonly settings: Settings }
const journal = await journalOver(port)
parentPort.postMessage(await storeState(journal, await recover(journal, settings)))
