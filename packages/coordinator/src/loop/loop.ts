// The one place where inputs become history. An input is decided at once, in memory; its events are
// on disk before anybody hears of them: no effect is carried out, no answer given before.
import {
  type Digest,
  type KnownPart,
  type LedgerEntry,
  linkOf,
  type Outcome,
  pass,
  refuse,
  VcpError,
} from '@vcp/protocol'
import { decide, type Reply } from '../core/decide.ts'
import type { Effect } from '../core/effects.ts'
import type { Entry } from '../core/entry.ts'
import type { Input } from '../core/inputs.ts'
import type { State } from '../core/state.ts'
import type { Moment } from '../core/turn.ts'
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
  /**
   * As `tell` each, in order, with one wait for the disk. `look` sees the state that each decision
   * has come to, and what it makes of it is told when all is durable.
   */
  tellAll<T>(
    told: readonly Told[],
    look: (reply: Reply, at: number) => T,
  ): Promise<Outcome<readonly T[]>>
  /** Resolves when all that the state shows now is durable; fails where it never will be. */
  settled(): Promise<void>
  /** What is refused now, and why; null while inputs are taken. */
  readonly trouble: VcpError | null
  /** Resolves when nothing is taken any more, with the reason. */
  readonly ended: Promise<VcpError>
  /** Takes no more inputs and waits for what was taken. */
  close(): Promise<void>
}

/** An input, and what of it was encoded before. */
export interface Told {
  readonly input: Input
  readonly part: KnownPart | null
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

/** Entries on their way to the disk, each with its leaf. */
interface Links {
  readonly entries: LedgerEntry[]
  readonly leaves: Uint8Array[]
  bytes: number
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
    const told = await this.tellAll([{ input, part: null }], (reply) => reply)
    return told.ok ? told.value[0]! : told
  }

  async tellAll<T>(
    told: readonly Told[],
    look: (reply: Reply, at: number) => T,
  ): Promise<Outcome<readonly T[]>> {
    const { trouble } = this
    if (trouble !== null) return refuse(trouble.code, trouble.message)
    const { clock, entropy, carryOut, onDurable } = this.#parts
    const atMs = clock.nowMs()
    const seen: T[] = []
    const links: Links = { entries: [], leaves: [], bytes: 0 }
    const effects: Effect[] = []
    for (const { input, part } of told) {
      const decided = this.#decide(input, { atMs, entropy: entropy(), sha256: nativeDigest })
      this.#chain(decided.entries, part, links)
      effects.push(...decided.effects)
      seen.push(look(decided.reply, seen.length))
    }
    this.#append(links)
    try {
      await this.#durable
    } catch (error) {
      const failure = error instanceof VcpError ? error : new VcpError('INTERNAL', { cause: error })
      this.#stop(failure)
      return refuse(failure.code, failure.message)
    }
    if (links.entries.length > 0) onDurable(links.entries)
    for (const effect of effects) carryOut(effect)
    this.#setWake()
    return pass(seen)
  }

  settled(): Promise<void> {
    return this.#durable
  }

  async close(): Promise<void> {
    this.#stop(new VcpError('INTERRUPTED', { message: 'the coordinator is stopping' }))
    await this.#parts.commit.close()
  }

  /** A broken invariant is a bug of ours: the state is not to be trusted, so nothing goes on. */
  #decide(input: Input, moment: Moment) {
    try {
      return decide(this.state, input, moment)
    } catch (error) {
      this.#stop(new VcpError('INTERNAL', { cause: error }))
      throw error
    }
  }

  #chain(entries: readonly Entry[], part: KnownPart | null, links: Links): void {
    for (const { index, atMs, event } of entries) {
      const entry: LedgerEntry = { index, at_ms: atMs, previous: this.#previous, event }
      const { leaf, digest } = linkOf(entry, nativeDigest, part)
      this.#previous = digest
      links.entries.push(entry)
      links.leaves.push(leaf)
      links.bytes += leaf.length
    }
  }

  /** Hands what is chained to the disk. */
  #append({ leaves, bytes }: Links): void {
    if (leaves.length === 0) return
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
