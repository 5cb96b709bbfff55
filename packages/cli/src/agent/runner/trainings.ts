// The trainings that the core wants begun and stopped, round by round.
import type { Offer, TaskId } from '@vcp/protocol'
import type { EffectOf } from '../core/effects.ts'
import type { Lease } from '../kept/kept.ts'
import type { Progress } from './progress.ts'
import type { RunParts } from './run-task.ts'
import { prepareTraining, progressOf, trainRound } from './run-training.ts'
import type { RunnerInput } from './runner.ts'
import type { UnderWay } from './under-way.ts'

export interface TrainingsParts {
  readonly run: RunParts
  readonly tell: (input: RunnerInput) => Promise<unknown>
  noteFor(lease: Lease, signal: AbortSignal): (progress: Progress) => void
  readonly underWay: Pick<UnderWay, 'once' | 'stopAll'>
}

export interface Trainings {
  /** A training has no end of its own: what is told is that it can be made here, or why not. */
  start(offer: Offer): void
  startRound(effect: EffectOf<'start-round'>): void
  stopRound(effect: EffectOf<'stop-round'>): void
  /** All of a lease. */
  stop(lease: Lease, reason: string): void
}

const begun = { phase: 'running', percent: null, gas: null } as const

export function createTrainings(parts: TrainingsParts): Trainings {
  const { run, tell, noteFor, underWay } = parts
  /** Whether it can be made here, by the name of its lease. */
  const fitness = new Map<string, Promise<boolean>>()

  return {
    start(offer) {
      const lease = leaseOf(offer)
      underWay.once(nameOf(lease), async (signal) => {
        const checked = prepareTraining(run, offer, { signal, note: noteFor(lease, signal) })
        const isFit = checked.then(
          (fault) => fault === null,
          () => false,
        )
        fitness.set(nameOf(lease), isFit)
        const fault = await checked
        signal.throwIfAborted()
        if (fault === null) await tell({ type: 'progress-made', ...lease, ...begun })
        else {
          // No round of it begins, and nobody stops what has ended by itself.
          fitness.delete(nameOf(lease))
          await tell({ type: 'run-ended', ...lease, end: fault })
        }
      })
    },
    startRound({ offer, order }) {
      const lease = leaseOf(offer)
      const { round_id: roundId } = order
      underWay.once(nameOf(lease, roundId), async (signal) => {
        // What it is not fit for was told with the training.
        if ((await fitness.get(nameOf(lease))) !== true) return
        signal.throwIfAborted()
        const watch = { signal, note: noteFor(lease, signal) }
        const { end, open } = await trainRound(run, offer, order, watch)
        signal.throwIfAborted()
        // What was noted last may be of its beginning.
        if (end.kind === 'contributed' && offer.task.task_type === 'federated_learning') {
          await tell({ type: 'progress-made', ...lease, ...progressOf(offer.task, order.number) })
        }
        await tell({ type: 'round-ended', ...lease, roundId, end })
        // Others can do without it; what this node refuses to open, it refuses for good.
        await open?.(signal)
      })
    },
    stopRound: (effect) => underWay.stopAll(nameOf(effect, effect.roundId), effect.reason),
    stop(lease, reason) {
      fitness.delete(nameOf(lease))
      underWay.stopAll(nameOf(lease), reason)
    },
  }
}

function leaseOf({ task_id: taskId, lease_epoch: leaseEpoch }: Offer): Lease {
  return { taskId, leaseEpoch }
}

/** Of a lease, or of one of its rounds. */
function nameOf({ taskId, leaseEpoch }: { taskId: TaskId; leaseEpoch: number }, roundId = '') {
  return `training ${taskId} ${leaseEpoch} ${roundId}`
}
