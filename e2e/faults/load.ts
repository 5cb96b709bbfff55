// A submitter that goes on whatever happens, and knows what it was promised: each task that was
// acknowledged, and what came of it.
import { setTimeout as pause } from 'node:timers/promises'
import { type Connection, createTaskFeed, memoryKnownLogs, runTask, submitTask } from '@vcp/client'
import { type TaskId, VcpError } from '@vcp/protocol'
import { smallTask } from '../network/small-task.ts'

export type Fate =
  /** Its result was verified here, and is what it had to be. */
  | { readonly kind: 'verified' }
  /** It ended without one; why, as the coordinator says. */
  | { readonly kind: 'failed'; readonly reason: string }
  /** What may never come about. */
  | { readonly kind: 'wrong'; readonly reason: string }

export interface Load {
  /** What was acknowledged; null where its end has not come yet. */
  readonly tasks: ReadonlyMap<TaskId, Fate | null>
  /** Submits nothing more; resolves when all that was submitted has come to its end, or late. */
  finish(withinMs: number): Promise<void>
}

export interface LoadOptions {
  readonly perSecond: number
  /** Beyond so many that have not ended, it waits. */
  readonly openMax: number
}

export function startLoad(connection: Connection, { perSecond, openMax }: LoadOptions): Load {
  const tasks = new Map<TaskId, Fate | null>()
  const open = new Set<Promise<void>>()
  const knownLogs = memoryKnownLogs()
  const feed = createTaskFeed(connection)
  const stopping = new AbortController()

  async function runOne(value: number): Promise<void> {
    // Every fourth by two nodes.
    const prepared = smallTask(value, value % 4 === 0 ? 2 : 1)
    const id = prepared.submission.task_id
    try {
      await submitTask(connection, prepared)
      tasks.set(id, null)
      const { output } = await runTask(connection, prepared, { knownLogs, feed })
      const text = new TextDecoder().decode(output)
      const isRight = text === JSON.stringify([{ type: 'i32', value }])
      tasks.set(
        id,
        isRight ? { kind: 'verified' } : { kind: 'wrong', reason: `it came to ${text}` },
      )
    } catch (error) {
      tasks.set(id, fateOf(error))
    }
  }

  async function submitOn(): Promise<void> {
    for (let value = 1; !stopping.signal.aborted; value++) {
      if (open.size < openMax) {
        const one: Promise<void> = runOne(value).finally(() => open.delete(one))
        open.add(one)
      }
      await pause(1_000 / perSecond)
    }
  }

  const submitting = submitOn()
  return {
    tasks,
    async finish(withinMs) {
      stopping.abort()
      await submitting
      const late = new AbortController()
      await Promise.race([
        Promise.all(open),
        pause(withinMs, null, { signal: late.signal }).catch(() => null),
      ])
      late.abort()
      feed.close()
    },
  }
}

function fateOf(error: unknown): Fate {
  const reason = error instanceof VcpError ? `${error.code}: ${error.message}` : String(error)
  const isEnd = error instanceof VcpError && endCodes.has(error.code)
  return { kind: isEnd ? 'failed' : 'wrong', reason }
}

/** By these a task has ended without a result, which faults may bring about. */
const endCodes: ReadonlySet<string> = new Set(['TASK_FAILED', 'NO_ELIGIBLE_NODE'])
