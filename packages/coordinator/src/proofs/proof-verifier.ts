// Verifies proofs beside the coordinator: one takes some 7 ms and a new key 16 (docs/proofs.md), in
// which the loop would stand still. The thread is started with the first proof.
import type { Worker } from 'node:worker_threads'
import { type Outcome, refuse } from '@vcp/protocol'
import { openThread } from '../open-thread.ts'
import type { Answered, Asked, ProofWork, Verified } from './proof-work.ts'

export interface ProofVerifier {
  verify(work: ProofWork): Promise<Outcome<Verified>>
  close(): Promise<void>
}

/** What people ask waits no longer than behind so many; what nodes were asked for is taken. */
const waitingMax = 1_000

const stopping = 'the coordinator is about to stop'

export function createProofVerifier(): ProofVerifier {
  const waiting = new Map<number, PromiseWithResolvers<Outcome<Verified>>>()
  let thread: Worker | null = null
  let nextId = 0
  let isClosed = false

  /** A thread's end comes after its error: by then another may have been started. */
  function lost(gone: Worker, how: string): void {
    if (thread === gone) fail(refuse('INTERNAL', `the thread that verifies proofs: ${how}`))
  }

  function fail(refusal: Outcome<Verified>): void {
    thread = null
    for (const { resolve } of waiting.values()) resolve(refusal)
    waiting.clear()
  }

  function started(): Worker {
    if (thread !== null) return thread
    const made = openThread('./proof-thread', import.meta.url)
    made.on('message', ({ id, verdict }: Answered) => {
      waiting.get(id)?.resolve(verdict)
      waiting.delete(id)
    })
    made.on('error', (error) => lost(made, `it failed: ${error}`))
    made.on('exit', () => lost(made, 'it has ended'))
    made.unref()
    thread = made
    return made
  }

  return {
    async verify(work) {
      if (isClosed) return refuse('COORDINATOR_STOPPING', stopping)
      if (work.work !== 'output' && waiting.size >= waitingMax) {
        return refuse('OVERLOADED', `${waitingMax} proofs are waiting to be verified`)
      }
      const asked: Asked = { id: nextId++, work }
      started().postMessage(asked) // what cannot be sent throws, and nobody waits for it
      const answer = Promise.withResolvers<Outcome<Verified>>()
      waiting.set(asked.id, answer)
      return answer.promise
    },
    async close() {
      isClosed = true
      const ending = thread
      fail(refuse('COORDINATOR_STOPPING', stopping))
      await ending?.terminate()
    },
  }
}
