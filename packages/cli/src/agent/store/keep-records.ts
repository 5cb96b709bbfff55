// Many changes, one transaction: whatever changes in one turn of the event loop is made durable
// together, and while that is under way the next turn's changes collect. Where much is going on,
// the changes of several turns are.
import { VcpError } from '@vcp/protocol'
import type { Clock } from '../clock.ts'
import type { Change, Store } from './store.ts'

export interface RecordKeeperParts {
  readonly store: Store
  readonly clock: Clock
  /** The changes since it was last called, as they are now. */
  take(): readonly Change[]
  /** Their write failed: they are to be taken again. */
  giveBack(changes: readonly Change[]): void
  /** Whether others will soon want something durable too: then it is worth waiting for them. */
  isCrowded(): boolean
  onStall(reason: VcpError): void
  onFreed(): void
  /** Nothing more is kept. */
  onFailure(reason: VcpError): void
}

/** What nothing rests on waits this long for something that does, to share its fsync. */
const LATER_MS = 200
/** From one write to the next in a crowd: a task in it takes longer to run than to be stored. */
const GAP_MS = 8
const FIRST_RETRY_MS = 100
const LAST_RETRY_MS = 1_000

export class RecordKeeper {
  readonly #parts: RecordKeeperParts
  /** Who waits for the next write, in the order in which they are told. */
  #next: PromiseWithResolvers<void>[] = []
  #isScheduled = false
  #wroteAtMs = Number.NEGATIVE_INFINITY
  #isWriting = false
  #isStalled = false
  #failure: VcpError | null = null
  #cancelLater: (() => void) | null = null
  #cancelRetry: (() => void) | null = null

  constructor(parts: RecordKeeperParts) {
    this.#parts = parts
  }

  /** The disk is full: what has changed is kept, and tried again until there is room. */
  get isStalled(): boolean {
    return this.#isStalled
  }

  /** Whether anybody waits for a write. */
  get isAwaited(): boolean {
    return this.#isWriting || this.#next.length > 0
  }

  /** Resolves when all that has changed by now is durable; rejects where it never will be. */
  durable(): Promise<void> {
    if (this.#failure !== null) return Promise.reject(this.#failure)
    const waiting = Promise.withResolvers<void>()
    waiting.promise.catch(() => {
      // Whoever waits for it is told; that nobody may be waiting is no fault.
    })
    this.#next.push(waiting)
    this.#schedule()
    return waiting.promise
  }

  /** Sees to it that what has changed is written before long. */
  later(): void {
    if (this.#failure !== null) return
    this.#cancelLater ??= this.#parts.clock.after(LATER_MS, () => {
      this.#cancelLater = null
      void this.durable()
    })
  }

  /** Writes no more: not even what has changed already, for it may be wrong. */
  abandon(reason: VcpError): void {
    if (this.#failure !== null) return
    this.#failure = reason
    this.#cancelLater?.()
    this.#cancelRetry?.()
    for (const each of this.#next.splice(0)) each.reject(reason)
    this.#parts.onFailure(reason)
  }

  /** Writes what is left, if it can be, and takes no more. */
  async close(): Promise<void> {
    if (!this.#isStalled) await Promise.allSettled([this.durable()])
    this.abandon(new VcpError('INTERRUPTED', { message: 'the agent is stopping' }))
  }

  #schedule(): void {
    if (this.#isScheduled || this.#isWriting || this.#isStalled) return
    this.#isScheduled = true
    const write = () => {
      this.#isScheduled = false
      void this.#write(FIRST_RETRY_MS)
    }
    const { clock, isCrowded } = this.#parts
    const sinceMs = clock.nowMs() - this.#wroteAtMs
    // A clock that was set back says nothing of the time since.
    if (isCrowded() && sinceMs >= 0 && sinceMs < GAP_MS) clock.after(GAP_MS - sinceMs, write)
    else clock.soon(write)
  }

  async #write(retryMs: number): Promise<void> {
    if (this.#failure !== null) return
    const { store, take, giveBack, onFreed } = this.#parts
    this.#cancelLater?.()
    this.#cancelLater = null
    const waiting = this.#next
    this.#next = []
    const changes = take()
    this.#isWriting = true
    try {
      if (changes.length > 0) await store.write(changes)
    } catch (error) {
      this.#isWriting = false
      giveBack(changes)
      this.#failed(error, waiting, retryMs)
      return
    }
    this.#isWriting = false
    this.#wroteAtMs = this.#parts.clock.nowMs()
    for (const each of waiting) each.resolve()
    if (this.#isStalled) {
      this.#isStalled = false
      onFreed()
    }
    if (this.#next.length > 0) this.#schedule()
  }

  #failed(error: unknown, waiting: PromiseWithResolvers<void>[], retryMs: number): void {
    // Who waited goes on waiting, and is told before those who have come since.
    this.#next.unshift(...waiting)
    const reason =
      error instanceof VcpError ? error : new VcpError('AGENT_STATE_FAILED', { cause: error })
    if (this.#failure !== null) {
      for (const each of this.#next.splice(0)) each.reject(this.#failure)
      return
    }
    if (reason.code !== 'DISK_FULL') {
      this.abandon(reason)
      return
    }
    this.#cancelRetry = this.#parts.clock.after(retryMs, () => {
      this.#cancelRetry = null
      void this.#write(Math.min(2 * retryMs, LAST_RETRY_MS))
    })
    if (this.#isStalled) return
    this.#isStalled = true
    this.#parts.onStall(reason)
  }
}
