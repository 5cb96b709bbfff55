// `runBoth` in a thread of its own, whose stack is as large as that of a child's worker.
import { parentPort } from 'node:worker_threads'
import { runBoth, type SideBySide } from './side-by-side.ts'

parentPort?.on('message', (what: SideBySide) => parentPort?.postMessage(runBoth(what)))
