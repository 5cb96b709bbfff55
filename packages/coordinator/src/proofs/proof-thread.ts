// What the thread of `proof-verifier.ts` runs. What comes while it verifies waits, and is verified
// together.
import { randomBytes } from 'node:crypto'
import { parentPort } from 'node:worker_threads'
import type { Asked } from './proof-work.ts'
import { createVerifyWork } from './verify-work.ts'

if (parentPort === null) throw new Error('this file is run as a thread')
const port = parentPort
const verifyWork = createVerifyWork((count) => randomBytes(count))
let waiting: Asked[] = []

port.on('message', (asked: Asked) => {
  waiting.push(asked)
  if (waiting.length === 1) setImmediate(drain)
})

function drain(): void {
  const asked = waiting
  waiting = []
  for (const answered of verifyWork(asked)) port.postMessage(answered)
}
