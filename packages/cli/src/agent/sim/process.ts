// An agent's process that may end at any moment: before a write, after it, or between two of the
// effects that follow. What carries out its runs ends with it.
import type { TaskId } from '@vcp/protocol'
import type { Agent } from '../agent.ts'
import type { Effect } from '../core/effects.ts'
import { settings } from '../core/testing/samples.ts'
import { openAgent } from '../loop.ts'
import type { ManualClock } from '../testing/manual-clock.ts'
import { promise } from './broken-promise.ts'
import type { SimulatedDisk } from './disk.ts'

export class SimulatedProcess {
  readonly agent: Agent
  readonly runs = new Map<TaskId, number>()
  readonly reruns = new Map<string, { readonly taskId: TaskId; readonly checkpoint: number }>()
  /** Reports on their way, by id, for the log that is joined. */
  readonly outbox = new Map<number, Extract<Effect, { readonly type: 'send-report' }>>()
  isAlive = true
  /** Effects until it ends. */
  effectsLeft = Number.POSITIVE_INFINITY
  readonly #disk: SimulatedDisk

  constructor(disk: SimulatedDisk, clock: ManualClock) {
    this.#disk = disk
    this.agent = openAgent({
      store: disk.open(),
      settings,
      // Nothing of a process that has ended is ever called again.
      clock: {
        ...clock,
        soon: (work) => clock.soon(() => this.isAlive && work()),
        after: (ms, work) => clock.after(ms, () => this.isAlive && work()),
      },
      needsOf: () => ({ memoryMb: 512, cpuCores: 1 }),
      carryOut: (effect) => {
        if (this.effectsLeft-- <= 0) this.end()
        if (this.isAlive) this.#carryOut(effect)
      },
    })
  }

  end(): void {
    this.isAlive = false
    this.#disk.cut()
  }

  #carryOut(effect: Effect): void {
    switch (effect.type) {
      case 'start-run': {
        const { task_id: taskId, lease_epoch: epoch } = effect.offer
        // It may have ended in the same write; then the effect that stops the run follows.
        promise(this.#disk.knows(taskId, epoch), `${taskId} is run without a lease on disk`)
        this.runs.set(taskId, epoch)
        return
      }
      case 'stop-run':
        if (this.runs.get(effect.taskId) === effect.leaseEpoch) this.runs.delete(effect.taskId)
        return
      case 'start-rerun':
        this.reruns.set(`${effect.taskId}:${effect.checkpoint}`, effect)
        return
      case 'send-report':
        promise(this.#disk.vouches(effect), 'a report is sent that is not on disk')
        this.outbox.set(effect.reportId, effect)
        return
      default:
    }
  }
}
