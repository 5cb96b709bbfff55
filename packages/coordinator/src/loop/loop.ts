// The one place where inputs become history. An input is decided at once, in memory; its events are
// on disk before anybody hears of them: no effect is carried out, no answer given before.
import {
  type Digest,
  entryDigest,
  type LedgerEntry,
  leafBytes,
  refuse,
  VcpError,
} from '@vcp/protocol'
import { decide, type Reply } from '../core/decide.ts'
import type { Effect } from '../core/effects.ts'
import type { Entry } from '../core/entry.ts'
import type { Input } from '../core/inputs.ts'
import type { State } from '../core/state.ts'
import type { Clock } from '../journal/clock.ts'
import type { GroupCommit } from '../journal/group-commit.ts'
import { nativeDigest } from '../native-sha256.ts'

export interface Loop {
  /** To read; only the loop changes it. */
  readonly state: State
  /** The digest of the newest entry that the state holds; null where it holds none. */
  readonly previous: Digest | null
  /** Resolves with the answer once everything it rests on is durable. */
  tell(input: Input): Promise<Reply>
  /** Resolves when all that the state shows now is durable; fails where it never will be. */
  settled(): Promise<void>
  /** What is refused now, and why; null while inputs are taken. */
  readonly trouble: VcpError | null
  /** Resolves when nothing is taken any more, with the reason. */
  readonly ended: Promise<VcpError>
  /** Takes no more inputs and waits for what was taken. */
  close(): Promise<void>
}

export interface LoopParts {
  readonly state: State
  /** The digest of the newest entry; null for an empty journal. */
  readonly previous: Digest | null
  readonly commit: GroupCommit
  readonly clock: Clock
  /** 32 random bits. */
  readonly entropy: () => number
  /** Called with what became durable, in order, before the effects. */
  readonly onDurable: (entries: readonly LedgerEntry[]) => void
  readonly carryOut: (effect: Effect) => void
}

/** What may wait for the disk before inputs are refused. */
const waitingBytesMax = 33_554_432
/** The core is woken at most this often, however many timers are due. */
const wakeMsMin = 5

export function createLoop(parts: LoopParts): Loop {
  return new CoordinatorLoop(parts)
}

class CoordinatorLoop implements Loop {
  readonly state: State
  readonly ended: Promise<VcpError>
  readonly #parts: LoopParts
  readonly #end = Promise.withResolvers<VcpError>()
  #previous: Digest | null
  #waitingBytes = 0
  #endedBy: VcpError | null = null
  /** Settles when all that was decided so far is durable. */
  #durable: Promise<void> = Promise.resolve()
  #cancelWake: (() => void) | null = null
  #wakeAtMs = Number.POSITIVE_INFINITY

  constructor(parts: LoopParts) {
    this.#parts = parts
    this.state = parts.state
    this.#previous = parts.previous
    this.ended = this.#end.promise
    this.#setWake()
  }

  get previous(): Digest | null {
    return this.#previous
  }

  get trouble(): VcpError | null {
    if (this.#endedBy !== null) return this.#endedBy
    const state = this.#parts.commit.state()
    if (state.kind !== 'running') return state.reason
    return this.#waitingBytes > waitingBytesMax ? new VcpError('OVERLOADED') : null
  }

  async tell(input: Input): Promise<Reply> {
    const { trouble } = this
    if (trouble !== null) return refuse(trouble.code, trouble.message)
    const { clock, entropy, carryOut, onDurable } = this.#parts
    const moment = { atMs: clock.nowMs(), entropy: entropy() }
    const { reply, entries, effects } = this.#decide(input, moment)
    const chained = this.#append(entries)
    try {
      await this.#durable
    } catch (error) {
      const failure = error instanceof VcpError ? error : new VcpError('INTERNAL', { cause: error })
      this.#stop(failure)
      return refuse(failure.code, failure.message)
    }
    if (chained.length > 0) onDurable(chained)
    for (const effect of effects) carryOut(effect)
    this.#setWake()
    return reply
  }

  settled(): Promise<void> {
    return this.#durable
  }

  async close(): Promise<void> {
    this.#stop(new VcpError('INTERRUPTED', { message: 'the coordinator is stopping' }))
    await this.#parts.commit.close()
  }

  /** A broken invariant is a bug of ours: the state is not to be trusted, so nothing goes on. */
  #decide(input: Input, moment: { readonly atMs: number; readonly entropy: number }) {
    try {
      return decide(this.state, input, moment)
    } catch (error) {
      this.#stop(new VcpError('INTERNAL', { cause: error }))
      throw error
    }
  }

  /** Chains the entries and hands them to the disk. */
  #append(entries: readonly Entry[]): readonly LedgerEntry[] {
    if (entries.length === 0) return []
    const leaves: Uint8Array[] = []
    const chained = entries.map(({ index, atMs, event }) => {
      const entry: LedgerEntry = { index, at_ms: atMs, previous: this.#previous, event }
      const leaf = leafBytes(entry)
      leaves.push(leaf)
      this.#previous = entryDigest(leaf, nativeDigest)
      return entry
    })
    const bytes = leaves.reduce((sum, { length }) => sum + length, 0)
    const appended = this.#parts.commit.append(leaves)
    this.#waitingBytes += bytes
    this.#durable = appended.ok
      ? appended.value.then(() => {
          this.#waitingBytes -= bytes
        })
      : Promise.reject(new VcpError(appended.code, { message: appended.reason }))
    this.#durable.catch(() => {
      // Whoever waits for it is told; that nobody may be waiting is no fault.
    })
    return chained
  }

  #stop(reason: VcpError): void {
    if (this.#endedBy !== null) return
    this.#endedBy = reason
    this.#cancelWake?.()
    this.#end.resolve(reason)
  }

  /** Sees to it that the core is told the time when something is due. */
  #setWake(): void {
    const nextAtMs = this.state.timers.nextAtMs
    if (nextAtMs === null || nextAtMs >= this.#wakeAtMs || this.#endedBy !== null) return
    this.#cancelWake?.()
    this.#wakeAtMs = nextAtMs
    const { clock } = this.#parts
    const waitMs = Math.min(Math.max(wakeMsMin, nextAtMs - clock.nowMs()), 2_147_483_647)
    this.#cancelWake = clock.after(waitMs, () => void this.#wake())
  }

  async #wake(): Promise<void> {
    this.#cancelWake = null
    this.#wakeAtMs = Number.POSITIVE_INFINITY
    const told = await this.tell({ type: 'time-passed' })
    // While the disk is full nothing can be decided: it is tried again with the next second.
    if (!told.ok && this.#endedBy === null) {
      this.#wakeAtMs = 0
      this.#cancelWake = this.#parts.clock.after(1_000, () => void this.#wake())
      return
    }
    this.#setWake()
  }
}
