// Evidence of many results with few requests, and their outputs where they are small: what is asked
// for within a moment is asked together.
import { type Evidence, limits, type TaskId, VcpError } from '@vcp/protocol'
import type { Connection } from './connection.ts'
import { failureOf, misbehaved } from './refusal.ts'

export interface EvidenceDesk {
  /** Fails as `taskEvidence` would. */
  evidenceOf(taskId: TaskId): Promise<Shown>
}

export interface Shown {
  readonly evidence: Evidence
  /** What came as the output, unchecked; null where it has to be fetched. */
  readonly output: Uint8Array | null
}

/** How long a request waits for more tasks to ask about. */
const gatherMs = 10
/** Where a result has no signed head over it yet. */
const patienceMs = 1_000

interface Asked {
  readonly taskId: TaskId
  readonly answer: PromiseWithResolvers<Shown>
}

export function createEvidenceDesk(connection: Connection, signal: AbortSignal): EvidenceDesk {
  const { pace, url } = connection
  let waiting: Asked[] = []

  async function gather(): Promise<void> {
    await pace.wait(gatherMs, signal).catch(() => {
      // Whoever asked is told below that it is over.
    })
    const asked = waiting
    waiting = []
    for (let from = 0; from < asked.length; from += limits.batchEvidenceMax) {
      void fetch(asked.slice(from, from + limits.batchEvidenceMax))
    }
  }

  async function fetch(asked: readonly Asked[]): Promise<void> {
    try {
      for (let left = asked; left.length > 0; ) {
        left = await attempt(left)
        if (left.length > 0) await pace.wait(patienceMs, signal)
      }
    } catch (error) {
      for (const { answer } of asked) answer.reject(error)
    }
  }

  /** Those that are to be asked for again. */
  async function attempt(asked: readonly Asked[]): Promise<readonly Asked[]> {
    signal.throwIfAborted()
    const body = { task_ids: asked.map(({ taskId }) => taskId), outputs: true }
    const { results } = await connection.ask('tasksEvidence', { body, signal })
    return asked.filter(({ taskId, answer }, i) => {
      const result = results[i]
      if (result === undefined) {
        answer.reject(misbehaved(url, `it leaves out the evidence of ${taskId}`))
      } else if (result.found) {
        const { evidence, output } = result
        answer.resolve({ evidence, output: output === null ? null : Buffer.from(output, 'base64') })
      } else {
        const error = failureOf(result.refusal) ?? new VcpError('COORDINATOR_MISBEHAVED')
        if (error.code === 'OVERLOADED') return true
        answer.reject(error)
      }
      return false
    })
  }

  return {
    evidenceOf(taskId) {
      const answer = Promise.withResolvers<Shown>()
      waiting.push({ taskId, answer })
      if (waiting.length === 1) void gather()
      return answer.promise
    },
  }
}
