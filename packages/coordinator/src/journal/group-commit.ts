// Many appends, one transaction: whatever is handed over in one turn of the event loop is made
// durable together, and while that is under way the next group collects. One fsync serves a
// thousand submitters as well as one. A group has an end: those it serves go on while the next one
// is written, so that deciding and writing need not take turns.
import { type Outcome, pass, refuse, VcpError } from '@vcp/protocol'
import type { Clock } from './clock.ts'
import type { Journal } from './journal.ts'

export type CommitState =
  | { readonly kind: 'running' }
  /** The disk is full. What was handed over is kept and tried again until there is room. */
  | {
      readonly kind: 'stalled'
      readonly reason: VcpError
      readonly sinceMs: number
      readonly nextTryMs: number
    }
  /** Nothing is taken any more: the storage failed, another writer took over, or it was closed. */
  | { readonly kind: 'stopped'; readonly reason: VcpError }

export interface GroupCommit {
  /** Entries handed over so far, durable or not: the index of the next one. */
  readonly size: number
  /**
   * Takes entries and promises when they are durable, or refuses at once and takes none of them:
   * OVERLOADED when too much is waiting already, or the reason for which it stopped. The answer
   * comes before anything is awaited, so that a caller applies an event only after it was taken. A
   * promise that fails says nothing about what is stored: only opening the journal again does.
   */
  append(entries: readonly Uint8Array[]): Outcome<Promise<void>>
  state(): CommitState
  /** Resolves when all that was taken is durable or has failed; the journal stays open. */
  close(): Promise<void>
}

export interface GroupCommitOptions {
  /** What may wait, in bytes. */
  readonly waitingBytesMax?: number
}

const waitingBytesMaxByDefault = 67_108_864
/** Some 10 ms of work; a group has one entry more at most, or those of one append. */
const groupEntriesMax = 1_024
const firstRetryMs = 100
const lastRetryMs = 5_000

interface Handed {
  readonly entries: readonly Uint8Array[]
  readonly bytes: number
  readonly done: PromiseWithResolvers<void>
}

export function createGroupCommit(
  journal: Journal,
  clock: Clock,
  { waitingBytesMax = waitingBytesMaxByDefault }: GroupCommitOptions = {},
): GroupCommit {
  return new JournalGroupCommit(journal, clock, waitingBytesMax)
}

class JournalGroupCommit implements GroupCommit {
  readonly #journal: Journal
  readonly #clock: Clock
  readonly #waitingBytesMax: number
  #size: number
  #state: CommitState = { kind: 'running' }
  /** Handed over, and not yet in a transaction. */
  #waiting: Handed[] = []
  /** In the transaction under way, or in the one to be tried again. */
  #group: readonly Handed[] = []
  /** Bytes of both. */
  #bytes = 0
  #isScheduled = false
  #isClosing = false
  #cancelRetry: (() => void) | null = null
  #idle: PromiseWithResolvers<void> | null = null

  constructor(journal: Journal, clock: Clock, waitingBytesMax: number) {
    this.#journal = journal
    this.#clock = clock
    this.#waitingBytesMax = waitingBytesMax
    this.#size = journal.size
  }

  get size(): number {
    return this.#size
  }

  state(): CommitState {
    return this.#state
  }

  append(entries: readonly Uint8Array[]): Outcome<Promise<void>> {
    if (this.#state.kind === 'stopped') {
      return refuse(this.#state.reason.code, this.#state.reason.message)
    }
    if (this.#isClosing) return refuse(closed().code, closed().message)
    const bytes = entries.reduce((sum, { length }) => sum + length, 0)
    // A batch that is larger than the bound by itself is taken when nothing else waits.
    if (this.#bytes > 0 && this.#bytes + bytes > this.#waitingBytesMax) {
      return refuse('OVERLOADED', `${this.#bytes} bytes are waiting to be written`)
    }
    const done = Promise.withResolvers<void>()
    this.#waiting.push({ entries, bytes, done })
    this.#bytes += bytes
    this.#size += entries.length
    this.#schedule()
    return pass(done.promise)
  }

  async close(): Promise<void> {
    this.#isClosing = true
    if (this.#group.length + this.#waiting.length > 0 && this.#state.kind === 'running') {
      this.#idle ??= Promise.withResolvers()
      await this.#idle.promise
    }
    if (this.#state.kind === 'stopped') return
    this.#stop(this.#state.kind === 'stalled' ? this.#state.reason : closed())
  }

  #schedule(): void {
    if (this.#isScheduled || this.#group.length > 0 || this.#waiting.length === 0) return
    this.#isScheduled = true
    this.#clock.soon(() => {
      this.#isScheduled = false
      if (this.#state.kind !== 'stopped') this.#begin()
    })
  }

  #begin(): void {
    let count = 0
    let entries = 0
    for (; count < this.#waiting.length && entries < groupEntriesMax; count++) {
      entries += this.#waiting[count]!.entries.length
    }
    this.#group = this.#waiting.splice(0, count)
    void this.#commit(firstRetryMs)
  }

  async #commit(retryMs: number): Promise<void> {
    const entries = this.#group.flatMap((handed) => handed.entries)
    try {
      await this.#journal.append(this.#journal.size, entries)
    } catch (error) {
      this.#failed(error, retryMs)
      return
    }
    if (this.#state.kind === 'stopped') return
    this.#state = { kind: 'running' }
    const durable = this.#group
    this.#group = []
    // Before those who are served go on: the disk need not wait for what they do next.
    if (this.#waiting.length > 0) this.#begin()
    for (const { bytes, done } of durable) {
      this.#bytes -= bytes
      done.resolve()
    }
    if (this.#group.length === 0) this.#idle?.resolve()
  }

  #failed(error: unknown, retryMs: number): void {
    if (this.#state.kind === 'stopped') return
    const reason =
      error instanceof VcpError ? error : new VcpError('JOURNAL_FAILED', { cause: error })
    if (reason.code !== 'DISK_FULL') {
      this.#stop(reason)
      return
    }
    const nowMs = this.#clock.nowMs()
    const sinceMs = this.#state.kind === 'stalled' ? this.#state.sinceMs : nowMs
    this.#state = { kind: 'stalled', reason, sinceMs, nextTryMs: nowMs + retryMs }
    this.#cancelRetry = this.#clock.after(retryMs, () => {
      this.#cancelRetry = null
      void this.#commit(Math.min(2 * retryMs, lastRetryMs))
    })
    // Who waits for the end learns that it may not come.
    this.#idle?.resolve()
  }

  #stop(reason: VcpError): void {
    this.#state = { kind: 'stopped', reason }
    this.#cancelRetry?.()
    const lost = [...this.#group, ...this.#waiting]
    this.#group = []
    this.#waiting = []
    this.#bytes = 0
    for (const { done } of lost) done.reject(reason)
    this.#idle?.resolve()
  }
}

function closed(): VcpError {
  return new VcpError('JOURNAL_FAILED', {
    message: 'the journal takes no more entries: it is closed',
  })
}
