// The one place where inputs become promises. An input is decided at once, in memory; what anybody
// is told, and what is set to work, waits until what it rests on is stored.
import { type Offer, type OfferAnswer, type Outcome, refuse, VcpError } from '@vcp/protocol'
import type { Agent, AgentChange } from './agent.ts'
import type { Clock } from './clock.ts'
import { type Decision, decide } from './core/decide.ts'
import type { Effect } from './core/effects.ts'
import { isUrgent } from './core/events.ts'
import type { Input, InputOf, InputType, TaskNeeds } from './core/inputs.ts'
import { nextDueMs } from './core/passing-time.ts'
import type { AgentSettings } from './core/settings.ts'
import type { RecordName, State } from './core/state.ts'
import { RecordKeeper } from './store/keep-records.ts'
import { recordOf, stateFrom } from './store/records.ts'
import type { Store } from './store/store.ts'

export interface AgentParts {
  /** The agent's own from here on: it closes it. */
  readonly store: Store
  readonly settings: AgentSettings
  readonly clock: Clock
  /** What a task takes, as its engine says; null where there is no engine for it. */
  needsOf(offer: Offer): TaskNeeds | null
  carryOut(effect: Effect): void
}

/** Reads what is stored. Nothing is carried out before `resume`. */
export function openAgent(parts: AgentParts): Agent {
  return new AgentLoop(parts, stateFrom(parts.store.read(), parts.settings))
}

/** The core is woken at most this often, however much is due. */
const WAKE_MS_MIN = 5
/** So many leases are a crowd: what one of them waits for, another will want in a moment. */
const CROWD = 8
/** How long an offer may be ahead of the answer to the registration. */
const JOIN_MS_MAX = 2_000

class AgentLoop implements Agent {
  readonly state: State
  readonly ended: Promise<VcpError>
  readonly #parts: AgentParts
  readonly #keeper: RecordKeeper
  readonly #end = Promise.withResolvers<VcpError>()
  readonly #listeners = new Set<(change: AgentChange) => void>()
  #trouble: VcpError | null = null
  #endedBy: VcpError | null = null
  #joined = Promise.withResolvers<void>()
  #wakeAtMs = Number.POSITIVE_INFINITY
  #cancelWake: (() => void) | null = null

  constructor(parts: AgentParts, state: State) {
    this.#parts = parts
    this.state = state
    this.ended = this.#end.promise
    this.#keeper = new RecordKeeper({
      store: parts.store,
      clock: parts.clock,
      take: () => this.#take(),
      giveBack: (changes) => {
        for (const { name } of changes) state.touched.add(name as RecordName)
      },
      isCrowded: () => state.leases.size >= CROWD,
      onStall: (reason) => {
        this.#trouble = reason
        this.#note({ type: 'disk-filled' })
      },
      onFreed: () => {
        this.#trouble = null
        this.#note({ type: 'disk-freed' })
      },
      onFailure: (reason) => this.#stop(reason),
    })
  }

  get trouble(): VcpError | null {
    return this.#endedBy ?? this.#trouble
  }

  resume(): Promise<Outcome<null>> {
    return this.tell({ type: 'restarted' })
  }

  async tell(input: Exclude<Input, { readonly type: 'offer-received' }>): Promise<Outcome<null>> {
    if (this.#endedBy !== null) return refuse(this.#endedBy.code, this.#endedBy.message)
    const wasJoined = this.state.isJoined
    const { decision, atMs } = this.#decide(input)
    const failure = await this.#stored(decision)
    if (failure !== null) return refuse(failure.code, failure.message)
    this.#carryOut(input, decision.effects, atMs)
    if (input.type === 'joined') this.#joined.resolve()
    if (input.type === 'parted' && wasJoined) this.#joined = Promise.withResolvers()
    return decision.reply as Outcome<null>
  }

  async offer(offer: Offer): Promise<OfferAnswer> {
    if (!this.state.isJoined) await this.#whenJoined()
    if (this.#endedBy !== null) throw this.#endedBy
    const input: InputOf<'offer-received'> = {
      type: 'offer-received',
      offer,
      needs: this.#parts.needsOf(offer),
    }
    const { decision, atMs } = this.#decide(input)
    const stored = this.#stored(decision).then((failure) => {
      if (failure === null) this.#carryOut(input, decision.effects, atMs)
      return failure
    })
    // A full disk is no reason to keep anybody waiting for a no.
    if (this.#keeper.isStalled && decision.reply.answer === 'decline') return decision.reply
    const failure = await stored
    if (failure !== null) throw failure
    return decision.reply
  }

  onChange(listener: (change: AgentChange) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  async close(): Promise<void> {
    await this.#keeper.close()
    this.#parts.store.close()
  }

  /** A broken invariant is a bug of ours: the state is not to be trusted, so nothing goes on. */
  #decide<Type extends InputType>(input: InputOf<Type>) {
    const atMs = this.#parts.clock.nowMs()
    try {
      return { decision: decide(this.state, input, atMs), atMs }
    } catch (error) {
      this.#keeper.abandon(new VcpError('INTERNAL', { cause: error }))
      throw error
    }
  }

  /** Waits for what the decision rests on; the answer is why it never will be stored. */
  async #stored({ events }: Decision): Promise<VcpError | null> {
    if (events.length > 0 && !events.some(isUrgent)) {
      this.#keeper.later()
      return null
    }
    // Without an event of its own an answer rests on those of others, and waits with them.
    if (events.length === 0 && !this.#keeper.isAwaited) return null
    try {
      await this.#keeper.durable()
      return null
    } catch (error) {
      return error instanceof VcpError ? error : new VcpError('INTERNAL', { cause: error })
    }
  }

  #carryOut(input: Input, effects: readonly Effect[], atMs: number): void {
    if (this.#endedBy !== null) return
    for (const effect of effects) this.#parts.carryOut(effect)
    for (const listener of this.#listeners) listener({ input, effects, atMs })
    this.#setWake()
  }

  /** What the loop itself has to say. */
  #note(input: InputOf<'disk-filled' | 'disk-freed' | 'time-passed'>): void {
    this.tell(input).catch(() => {
      // It was a bug of ours; who waits for `ended` has been told.
    })
  }

  #take() {
    const names = [...this.state.touched]
    this.state.touched.clear()
    return names.map((name) => ({ name, text: recordOf(this.state, name) }))
  }

  async #whenJoined(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    const cancel = this.#parts.clock.after(JOIN_MS_MAX, resolve)
    await Promise.race([promise, this.#joined.promise])
    cancel()
  }

  #stop(reason: VcpError): void {
    if (this.#endedBy !== null) return
    this.#endedBy = reason
    this.#cancelWake?.()
    this.#end.resolve(reason)
  }

  /** Sees to it that the core is told the time when something is due. */
  #setWake(): void {
    const dueMs = nextDueMs(this.state)
    if (dueMs === this.#wakeAtMs || this.#endedBy !== null) return
    this.#cancelWake?.()
    this.#cancelWake = null
    this.#wakeAtMs = dueMs ?? Number.POSITIVE_INFINITY
    if (dueMs === null) return
    const { clock } = this.#parts
    const waitMs = Math.min(Math.max(WAKE_MS_MIN, dueMs - clock.nowMs()), 2_147_483_647)
    this.#cancelWake = clock.after(waitMs, () => {
      this.#cancelWake = null
      this.#wakeAtMs = Number.POSITIVE_INFINITY
      this.#note({ type: 'time-passed' })
    })
  }
}
