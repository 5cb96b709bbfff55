// Carries out what the agent's core wants run. An effect that comes twice is carried out once.
import type { BlobStore } from '@vcp/mesh'
import { type Offer, type TaskId, VcpError } from '@vcp/protocol'
import type { Effect, EffectOf } from '../core/effects.ts'
import type { Input } from '../core/inputs.ts'
import type { Kept, Lease } from '../kept/kept.ts'
import { type BlobSource, createBlobBytes } from './blob-bytes.ts'
import { createProgress } from './progress.ts'
import { holderOf, type RunParts, rerunTask, runTask } from './run-task.ts'
import { createTrainings } from './trainings.ts'
import { createUnderWay } from './under-way.ts'

type RunnerEffectType =
  | 'start-run'
  | 'stop-run'
  | 'start-round'
  | 'stop-round'
  | 'start-rerun'
  | 'release-task'
export type RunnerEffect = Extract<Effect, { readonly type: RunnerEffectType }>

type RunnerInputType = 'progress-made' | 'run-ended' | 'round-ended' | 'rerun-ended'
export type RunnerInput = Extract<Input, { readonly type: RunnerInputType }>

export interface RunnerParts extends Omit<RunParts, 'blobs' | 'store' | 'kept'> {
  readonly store: Pick<BlobStore, 'manifest' | 'read' | 'remove' | 'put' | 'pin' | 'unpin'>
  readonly kept: Kept
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
  const underWay = createUnderWay()
  const trainings = createTrainings({ run: runParts, tell, noteFor, underWay })
  /** Tasks to be let go of when what was stopped of them has ended. */
  const waiting = new Set<TaskId>()

  function noteFor(lease: Lease, signal: AbortSignal) {
    return createProgress(nowMs, (progress) => {
      if (!signal.aborted) void tell({ type: 'progress-made', ...lease, ...progress })
    })
  }

  function startRun(offer: Offer): void {
    const lease = leaseOf(offer)
    underWay.once(runName(lease), async (signal) => {
      const watch = { signal, note: noteFor(lease, signal) }
      const { end, run } = await runTask(runParts, offer, watch)
      signal.throwIfAborted()
      // In one turn: a result is on disk with the word that there is one, or neither is.
      if (run !== null) kept.keep(run)
      await tell({ type: 'run-ended', ...lease, end })
    })
  }

  function startRerun({ taskId, checkpoint, task }: EffectOf<'start-rerun'>): void {
    underWay.once(`rerun ${taskId} ${checkpoint}`, async (signal) => {
      const watch = { signal, note: () => undefined }
      const leaf = await rerunTask(runParts, taskId, task, checkpoint, watch)
      signal.throwIfAborted()
      await tell({ type: 'rerun-ended', taskId, checkpoint, leaf })
    })
  }

  async function release(taskId: TaskId): Promise<void> {
    const stopped = underWay.stopped(taskId)
    if (stopped !== null) {
      // What is about to be pinned for it would be pinned for good.
      waiting.add(taskId)
      await stopped
      if (!waiting.delete(taskId)) return
    }
    try {
      for (const cid of kept.holds(taskId)) await store.unpin(cid, holderOf(taskId))
      kept.release(taskId)
    } catch (error) {
      // What a full disk keeps here goes at the next start.
      if (!(error instanceof VcpError) || error.code !== 'DISK_FULL') throw error
    }
  }

  return {
    carryOut(effect) {
      switch (effect.type) {
        case 'start-run':
          // What is there of it goes with the lease that begins.
          waiting.delete(effect.offer.task_id)
          return effect.offer.task.task_type === 'federated_learning'
            ? trainings.start(effect.offer)
            : startRun(effect.offer)
        case 'stop-run':
          trainings.stop(effect, effect.reason)
          return underWay.stop(runName(effect), effect.reason)
        case 'start-round':
          return trainings.startRound(effect)
        case 'stop-round':
          return trainings.stopRound(effect)
        case 'start-rerun':
          return startRerun(effect)
        case 'release-task':
          return underWay.follow(release(effect.taskId))
      }
    },
    async retain(held) {
      for (const taskId of kept.tasks()) if (!held.has(taskId)) await release(taskId)
    },
    close: () => underWay.close('the agent is stopping'),
  }
}

function leaseOf({ task_id: taskId, lease_epoch: leaseEpoch }: Offer): Lease {
  return { taskId, leaseEpoch }
}

function runName({ taskId, leaseEpoch }: Lease): string {
  return `run ${taskId} ${leaseEpoch}`
}
