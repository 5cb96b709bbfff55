// The disk of a simulated node: what was written is there after a crash, and nothing else. Each
// write is looked at: nothing that was promised may vanish from it.
import { VcpError } from '@vcp/protocol'
import type { EffectOf } from '../core/effects.ts'
import type { EndedLease, Lease, QueuedReport } from '../core/records.ts'
import type { Change, Store } from '../store/store.ts'
import { promise } from './broken-promise.ts'

/** What a write makes of the changes; a bug to be found makes less of them. */
export type Writing = (changes: readonly Change[]) => readonly Change[]

export class SimulatedDisk {
  readonly records = new Map<string, string>()
  isFull = false
  /** Reports that a coordinator has answered. */
  readonly answered = new Set<number>()
  /** How often each lease has ended, as the disk has it. */
  readonly ends = new Map<string, number>()
  /** The promise that a write broke; null: none did. */
  broken: unknown = null
  readonly #writing: Writing
  #generation = 0

  constructor(writing: Writing) {
    this.#writing = writing
  }

  open(): Store {
    const generation = ++this.#generation
    return {
      read: () => new Map(this.records),
      write: async (changes) => {
        // Who has been cut off writes nothing more, and hears nothing.
        if (generation !== this.#generation) return await new Promise(() => undefined)
        if (this.isFull) throw new VcpError('DISK_FULL')
        try {
          this.#write(this.#writing(changes))
        } catch (error) {
          this.broken ??= error
          throw error
        }
      },
      close: () => this.cut(),
    }
  }

  cut(): void {
    this.#generation += 1
  }

  /** Whether a report is on disk, or its lease ended in the same write. */
  vouches({ reportId, report }: EffectOf<'send-report'>): boolean {
    if (this.has(`report/${reportId}`) || this.answered.has(reportId)) return true
    if (report.report === 'rerun') return false
    const { task_id, lease_epoch } = report.report === 'signed' ? leaseOf(report) : report
    return this.knows(task_id, lease_epoch) && this.lease(task_id)?.leaseEpoch !== lease_epoch
  }

  has(name: string): boolean {
    return this.records.has(name)
  }

  lease(taskId: string): Lease | null {
    return this.#parsed(`lease/${taskId}`) as Lease | null
  }

  /** Whether a lease, or what became of it, is on disk. */
  knows(taskId: string, leaseEpoch: number): boolean {
    const known = this.lease(taskId) ?? (this.#parsed(`ended/${taskId}`) as EndedLease | null)
    return known !== null && known.leaseEpoch >= leaseEpoch
  }

  #write(changes: readonly Change[]): void {
    const before = new Map(changes.map(({ name }) => [name, this.#parsed(name)]))
    for (const { name, text } of changes) {
      if (text === null) this.records.delete(name)
      else this.records.set(name, text)
    }
    for (const [name, was] of before) {
      if (was === null) continue
      if (name.startsWith('lease/')) this.#leaseChanged(was as Lease)
      if (name.startsWith('report/') && !this.has(name)) this.#reportGone(was as QueuedReport)
    }
  }

  #leaseChanged({ taskId, leaseEpoch, logKey }: Lease): void {
    if (this.lease(taskId)?.leaseEpoch === leaseEpoch) return
    const key = `${logKey} ${taskId} ${leaseEpoch}`
    const ends = (this.ends.get(key) ?? 0) + 1
    this.ends.set(key, ends)
    promise(ends === 1, `lease ${key} has ended ${ends} times`)
    // A newer lease, taken or declined, leaves nothing of the older one.
    const isKnown = this.knows(taskId, leaseEpoch)
    promise(isKnown, `lease ${key} is gone, and nothing says how it ended`)
  }

  #reportGone({ reportId, taskId, leaseEpoch }: QueuedReport): void {
    const isHeld = leaseEpoch !== null && this.lease(taskId)?.leaseEpoch === leaseEpoch
    const isLost = !this.answered.has(reportId) && (isHeld || leaseEpoch === null)
    promise(!isLost, `report ${reportId} is gone, and nobody has it`)
  }

  #parsed(name: string): unknown {
    const text = this.records.get(name)
    return text === undefined ? null : JSON.parse(text)
  }
}

function leaseOf({ envelope }: Extract<EffectOf<'send-report'>['report'], { report: 'signed' }>) {
  return envelope.payload as { readonly task_id: string; readonly lease_epoch: number }
}
