// One input being answered. Each event is applied as it is decided, so what is decided next sees
// it; nobody outside is told before the events are on disk.
import { type Digest, type LedgerEvent, type RoundId, type TaskId, uuidV7From } from '@vcp/protocol'
import { apply } from './apply.ts'
import type { Effect } from './effects.ts'
import type { Entry } from './entry.ts'
import type { State } from './state.ts'

/** What a decision may know of the world. */
export interface Moment {
  readonly atMs: number
  /** 32 random bits, from which all chance of this decision comes. */
  readonly entropy: number
  /** SHA-256, where there is a faster one than that of the protocol. */
  readonly sha256?: Sha256Hex
}

type Sha256Hex = (bytes: Uint8Array) => Digest

export class Turn {
  readonly state: State
  readonly atMs: number
  readonly entries: Entry[] = []
  readonly effects: Effect[] = []
  readonly sha256: Sha256Hex | undefined
  #chance: number

  constructor(state: State, { atMs, entropy, sha256 }: Moment) {
    this.state = state
    this.sha256 = sha256
    this.atMs = Math.max(atMs, state.atMs)
    this.#chance = entropy | 0
  }

  emit(event: LedgerEvent): void {
    const entry = { index: this.state.nextIndex, atMs: this.atMs, event }
    apply(this.state, entry)
    this.entries.push(entry)
  }

  want(effect: Effect): void {
    this.effects.push(effect)
  }

  newRoundId(): RoundId {
    return this.#newId() as RoundId
  }

  newTaskId(): TaskId {
    return this.#newId() as TaskId
  }

  /** From the time and from chance. */
  #newId(): string {
    const random = Uint8Array.from({ length: 10 }, () => Math.floor(this.draw() * 256))
    return uuidV7From(this.atMs, random)
  }

  /** From 0 up to 1: splitmix32, so that a decision can be made again from its input. */
  readonly draw = (): number => {
    this.#chance = (this.#chance + 0x9e3779b9) | 0
    let mixed = this.#chance ^ (this.#chance >>> 16)
    mixed = Math.imul(mixed, 0x21f0aaad)
    mixed ^= mixed >>> 15
    mixed = Math.imul(mixed, 0x735a2d97)
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32
  }
}
