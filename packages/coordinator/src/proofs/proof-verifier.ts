// Verifies proofs beside the coordinator: one takes some 20 ms, in which the loop would stand
// still. The thread is started with the first proof.
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
    made.on('error', (error) => fail(broken(`it failed: ${error}`)))
    made.on('exit', () => fail(broken('it has ended')))
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
      const answer = Promise.withResolvers<Outcome<Verified>>()
      const asked: Asked = { id: nextId++, work }
      waiting.set(asked.id, answer)
      started().postMessage(asked)
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

function broken(how: string): Outcome<Verified> {
  return refuse('INTERNAL', `the thread that verifies proofs: ${how}`)
}
