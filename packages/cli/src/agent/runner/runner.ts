// Carries out what the agent's core wants run. An effect that comes twice is carried out once.
import type { BlobStore } from '@vcp/mesh'
import { type Offer, type TaskId, VcpError } from '@vcp/protocol'
import type { Effect, EffectOf } from '../core/effects.ts'
import type { Input } from '../core/inputs.ts'
import { type BlobSource, createBlobBytes } from './blob-bytes.ts'
import { createProgress } from './progress.ts'
import { holderOf, type RunParts, rerunTask, runTask } from './run-task.ts'

type RunnerEffectType = 'start-run' | 'stop-run' | 'start-rerun' | 'release-task'
export type RunnerEffect = Extract<Effect, { readonly type: RunnerEffectType }>

type RunnerInputType = 'progress-made' | 'run-ended' | 'rerun-ended'
export type RunnerInput = Extract<Input, { readonly type: RunnerInputType }>

export interface RunnerParts extends Omit<RunParts, 'blobs' | 'store'> {
  readonly store: Pick<BlobStore, 'manifest' | 'read' | 'remove' | 'put' | 'pin' | 'unpin'>
  readonly source: BlobSource
  /** Tells the core; resolves when it will not forget it. */
  readonly tell: (input: RunnerInput) => Promise<unknown>
}

export interface Runner {
  carryOut(effect: RunnerEffect): void
  /** At a start: lets go of what was kept of tasks that the core knows no more. */
  retain(held: ReadonlySet<TaskId>): Promise<void>
  /** Stops what runs; its end is told to nobody. */
  close(): Promise<void>
}

/** Of programs and inputs in memory; three of the largest modules. */
const memoryBytesMax = 33_554_432

export function createRunner(parts: RunnerParts): Runner {
  const { store, source, kept, tell, nowMs } = parts
  const blobs = createBlobBytes({ store, source, bytesMax: memoryBytesMax })
  const runParts: RunParts = { ...parts, blobs }
  const stops = new Map<string, AbortController>()
  const busy = new Set<Promise<void>>()
  let isClosed = false

  /** `work` is not begun a second time while it goes on, its telling included. */
  function once(name: string, work: (stop: AbortSignal) => Promise<unknown>): void {
    if (stops.has(name) || isClosed) return
    const stop = new AbortController()
    stops.set(name, stop)
    follow(
      work(stop.signal)
        // Nobody waits for the end of what was stopped.
        .catch((error) => rethrowUnless(stop.signal.aborted, error))
        .then(() => {
          if (stops.get(name) === stop) stops.delete(name)
        }),
    )
  }

  function follow(work: Promise<void>): void {
    busy.add(work)
    void work.finally(() => busy.delete(work))
  }

  function startRun(offer: Offer): void {
    const lease = { taskId: offer.task_id, leaseEpoch: offer.lease_epoch }
    once(runName(lease), async (signal) => {
      const note = createProgress(nowMs, (progress) => {
        if (!signal.aborted) void tell({ type: 'progress-made', ...lease, ...progress })
      })
      const end = await runTask(runParts, offer, { signal, note })
      signal.throwIfAborted()
      await tell({ type: 'run-ended', ...lease, end })
    })
  }

  function startRerun({ taskId, checkpoint, task }: EffectOf<'start-rerun'>): void {
    once(`rerun ${taskId} ${checkpoint}`, async (signal) => {
      const watch = { signal, note: () => undefined }
      const leaf = await rerunTask(runParts, taskId, task, checkpoint, watch)
      signal.throwIfAborted()
      await tell({ type: 'rerun-ended', taskId, checkpoint, leaf })
    })
  }

  function stop(name: string, reason: string): void {
    stops.get(name)?.abort(new Error(reason))
    stops.delete(name)
  }

  async function release(taskId: TaskId): Promise<void> {
    try {
      for (const cid of kept.holds(taskId)) await store.unpin(cid, holderOf(taskId))
      await kept.release(taskId)
    } catch (error) {
      // What a full disk keeps here goes at the next start.
      if (!(error instanceof VcpError) || error.code !== 'DISK_FULL') throw error
    }
  }

  return {
    carryOut(effect) {
      switch (effect.type) {
        case 'start-run':
          return startRun(effect.offer)
        case 'stop-run':
          return stop(runName(effect), effect.reason)
        case 'start-rerun':
          return startRerun(effect)
        case 'release-task':
          return follow(release(effect.taskId))
      }
    },
    async retain(held) {
      for (const taskId of kept.tasks()) if (!held.has(taskId)) await release(taskId)
    },
    async close() {
      isClosed = true
      for (const name of [...stops.keys()]) stop(name, 'the agent is stopping')
      await Promise.all(busy)
    },
  }
}

function runName({ taskId, leaseEpoch }: { taskId: TaskId; leaseEpoch: number }): string {
  return `run ${taskId} ${leaseEpoch}`
}

function rethrowUnless(isFine: boolean, error: unknown): void {
  if (!isFine) throw error
}
