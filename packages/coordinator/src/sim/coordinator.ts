// The coordinator as a process that can die: the real core, a journal in memory, and the rule of
// the real loop that nothing goes out before it is on disk. Several decisions share one write; a
// decision is written whole or not at all, as a transaction would have it.
import { deserialize, serialize } from 'node:v8'
import { refuse } from '@vcp/protocol'
import type { Decision, Reply } from '../core/decide.ts'
import type { Effect } from '../core/effects.ts'
import type { Entry } from '../core/entry.ts'
import type { Input } from '../core/inputs.ts'
import { assertAllHolds } from '../core/invariants.ts'
import type { Settings } from '../core/settings.ts'
import { snapshotOf, stateFrom } from '../core/snapshot.ts'
import { State } from '../core/state.ts'
import type { Acknowledged } from './acknowledged.ts'
import { promise } from './broken-promise.ts'
import type { Chance } from './chance.ts'
import type { Faults } from './faults.ts'
import type { Release, Rules } from './rules.ts'
import { isOfStaleLease } from './stale-lease.ts'
import { stateText } from './state-text.ts'
import type { World } from './world.ts'

export interface CoordinatorParts {
  readonly world: World
  readonly chance: Chance
  readonly settings: Settings
  readonly faults: Pick<Faults, 'tear' | 'writeMsMax'>
  readonly rules: Rules
  readonly acknowledged: Acknowledged
  /** Called with each entry once it is on disk, in order. */
  readonly onDurable: (entry: Entry) => void
  readonly carryOut: (effect: Effect, state: State) => void
  readonly say: (what: () => string) => void
}

interface Decided extends Decision {
  readonly input: Input
  readonly answer: (reply: Reply) => void
}

const stalled = refuse('DISK_FULL', 'nothing can be written now')

export class SimulatedCoordinator {
  state: State
  faults: Pick<Faults, 'tear' | 'writeMsMax'>
  restarts = 0
  readonly journal: Entry[] = []
  readonly #parts: CoordinatorParts
  /** What the journal says, entry by entry as it became durable. */
  readonly #shadow: State
  #snapshot: Uint8Array | null = null
  #isUp = true
  /** Grows with every crash: whatever an earlier life has set in motion comes to nothing. */
  #life = 0
  #waiting: Decided[] = []
  #writing: readonly Decided[] | null = null
  #isStalled = false
  #fullUntilMs = 0
  #clockAheadMs = 0
  #wakeAtMs = Number.POSITIVE_INFINITY
  #wakings = 0

  constructor(parts: CoordinatorParts) {
    this.#parts = parts
    this.faults = parts.faults
    this.state = new State(parts.settings)
    this.#shadow = new State(parts.settings)
  }

  get isUp(): boolean {
    return this.#isUp
  }

  /** Whoever tells something while the coordinator is down is not answered. */
  tell(input: Input, answer: (reply: Reply) => void): void {
    if (!this.#isUp) return
    if (this.#isStalled) {
      answer(stalled)
      return
    }
    const { rules, chance, say } = this.#parts
    const isStale = isOfStaleLease(this.state, input)
    const moment = { atMs: this.#clockMs, entropy: chance.bits() }
    const decision = rules.decide(this.state, input, moment)
    promise(!(isStale && decision.reply.ok), () => `a stale lease is taken: ${input.type}`)
    say(() => lineOf(input, decision))
    const decided = { ...decision, input, answer }
    this.#release(decided, 'decided')
    this.#waiting.push(decided)
    this.#write()
    this.#setWake()
  }

  jumpClock(byMs: number): void {
    this.#clockAheadMs += byMs
  }

  fillDisk(forMs: number): void {
    this.#fullUntilMs = this.#parts.world.nowMs + forMs
  }

  heal(faults: Faults): void {
    this.faults = faults
    this.#fullUntilMs = 0
  }

  /** Of the write under way, any number of decisions may be on disk all the same. */
  crash(downMs: number): void {
    if (!this.#isUp) return
    const { world, chance, say } = this.#parts
    const isQuiet = this.#waiting.length === 0 && this.#writing === null
    if (isQuiet) this.assertAsWritten()
    const writing = this.#writing ?? []
    const survive = this.#isStalled ? 0 : chance.between(0, writing.length)
    for (const { entries } of writing.slice(0, survive)) this.#keep(entries)
    say(() => `crash; of ${writing.length} decisions being written, ${survive} are on disk`)
    this.#isUp = false
    this.#life += 1
    this.#waiting = []
    this.#writing = null
    this.#isStalled = false
    world.after(downMs, () => this.#restart())
  }

  /** What was decided is what the journal says, and everything holds. */
  assertAsWritten(): void {
    promise(
      stateText(this.state) === stateText(this.#shadow),
      'the state is not what its journal says',
    )
    assertAllHolds(this.state)
    for (const { taskId, state, reason } of this.state.tasks.values()) {
      const isExplained = state !== 'pending' || reason !== null
      promise(isExplained, () => `task ${taskId} waits, and nobody can say for what`)
    }
  }

  get isQuiet(): boolean {
    return this.#isUp && this.#waiting.length === 0 && this.#writing === null
  }

  get #clockMs(): number {
    return this.#parts.world.nowMs + this.#clockAheadMs
  }

  /** From the whole journal, or from a snapshot on: it has to come to the same. */
  #recovered(): State {
    const { settings, rules, chance } = this.#parts
    const snapshot = chance.happens(0.5) ? this.#snapshot : null
    const begun = snapshot === null ? null : stateFrom(deserialize(snapshot), settings)
    const state = begun ?? new State(settings)
    for (let at = state.nextIndex; at < this.journal.length; at++) {
      rules.apply(state, this.journal[at]!)
    }
    return state
  }

  #restart(): void {
    const { rules, acknowledged, say } = this.#parts
    const state = this.#recovered()
    promise(stateText(state) === stateText(this.#shadow), 'a replay comes to another state')
    assertAllHolds(state)
    acknowledged.assertKept(state)
    this.state = state
    this.#isUp = true
    this.restarts += 1
    say(() => `restart from ${this.journal.length} entries`)
    this.#carryOut(rules.resume(state, this.#clockMs))
    this.#wakeAtMs = Number.POSITIVE_INFINITY
    this.#setWake()
  }

  #write(): void {
    if (this.#writing !== null || this.#waiting.length === 0) return
    this.#writing = this.#waiting
    this.#waiting = []
    this.#afterInThisLife(this.#parts.chance.between(0, this.faults.writeMsMax), () =>
      this.#written(),
    )
  }

  #written(): void {
    const { world, chance } = this.#parts
    if (world.nowMs < this.#fullUntilMs) {
      this.#isStalled = true
      this.#afterInThisLife(500, () => this.#written())
      return
    }
    if (chance.happens(this.faults.tear)) {
      this.crash(chance.between(100, 5_000))
      return
    }
    this.#isStalled = false
    const written = this.#writing ?? []
    this.#writing = null
    for (const { entries } of written) this.#keep(entries)
    if (chance.happens(0.005)) this.#snapshot = serialize(snapshotOf(this.#shadow))
    for (const decided of written) this.#release(decided, 'durable')
    this.#write()
  }

  #keep(entries: readonly Entry[]): void {
    for (const entry of entries) {
      this.journal.push(entry)
      this.#parts.rules.apply(this.#shadow, entry)
      this.#parts.onDurable(entry)
    }
  }

  #release(decided: Decided, now: Release): void {
    const { effects, reply } = this.#parts.rules.releaseOf(decided.input)
    if (effects === now) this.#carryOut(decided.effects)
    if (reply === now) this.#reply(decided)
  }

  #carryOut(effects: readonly Effect[]): void {
    for (const effect of effects) {
      this.#parts.acknowledged.told(effect)
      this.#parts.carryOut(effect, this.state)
    }
  }

  #reply({ input, reply, answer }: Decided): void {
    this.#parts.acknowledged.answered(input, reply)
    answer(reply)
  }

  #setWake(): void {
    const { nextAtMs } = this.state.timers
    if (nextAtMs === null || nextAtMs >= this.#wakeAtMs) return
    this.#wakeAtMs = nextAtMs
    this.#wakings += 1
    const waking = this.#wakings
    this.#afterInThisLife(Math.max(5, nextAtMs - this.#clockMs), () => {
      if (waking === this.#wakings) this.#wake()
    })
  }

  #wake(): void {
    this.#wakeAtMs = Number.POSITIVE_INFINITY
    if (this.#isStalled) {
      this.#afterInThisLife(1_000, () => this.#wake())
      return
    }
    this.tell({ type: 'time-passed' }, () => {})
  }

  #afterInThisLife(ms: number, happen: () => void): void {
    const life = this.#life
    this.#parts.world.after(ms, () => {
      if (life === this.#life) happen()
    })
  }
}

function lineOf(input: Input, { reply, entries, effects }: Decision): string {
  const { type, ...rest } = input
  const told = `${type} ${JSON.stringify(rest)}`.slice(0, 300)
  const answer = reply.ok ? 'ok' : `${reply.code}: ${reply.reason}`
  const events = entries.map(({ event }) => event.type).join(', ')
  const wanted = effects.map((effect) => effect.type).join(', ')
  return `${told}\n    -> ${answer} | ${events} | ${wanted}`
}
