// Moments at which something may be due. A timer is a hint, never a fact: whoever is woken looks at
// the state to see whether it is still so. That makes them easy to keep (nothing is ever taken out)
// and to make anew after a restart.
import type { PeerId, RoundId, TaskId } from '@vcp/protocol'

/** What a timer is about. */
export type Timer =
  | { readonly kind: 'match'; readonly taskId: TaskId }
  | {
      readonly kind: 'lease'
      readonly taskId: TaskId
      readonly leaseEpoch: number
      /** Whether the node was given more time, for it was we who were late. */
      readonly isRespite?: true
    }
  | { readonly kind: 'trace'; readonly taskId: TaskId; readonly level: number }
  | { readonly kind: 'referee'; readonly taskId: TaskId }
  | { readonly kind: 'liveness'; readonly peerId: PeerId }
  | { readonly kind: 'rest'; readonly peerId: PeerId }
  | { readonly kind: 'round'; readonly roundId: RoundId }

/** A binary heap of timers, the soonest first; of equal ones the first that was set. */
export class Timers {
  readonly #atMs: number[] = []
  readonly #order: number[] = []
  readonly #timers: Timer[] = []
  #set = 0

  get size(): number {
    return this.#timers.length
  }

  /** Null: nothing is ever due. */
  get nextAtMs(): number | null {
    return this.#atMs[0] ?? null
  }

  clear(): void {
    this.#atMs.length = 0
    this.#order.length = 0
    this.#timers.length = 0
  }

  set(atMs: number, timer: Timer): void {
    let at = this.#timers.length
    const order = this.#set++
    while (at > 0) {
      const parent = (at - 1) >> 1
      if (this.#atMs[parent]! <= atMs) break
      this.#move(parent, at)
      at = parent
    }
    this.#put(at, atMs, order, timer)
  }

  /** Takes out the soonest timer that is due; null when none is. */
  takeDue(nowMs: number): Timer | null {
    if (this.#timers.length === 0 || this.#atMs[0]! > nowMs) return null
    const due = this.#timers[0]!
    const last = this.#timers.length - 1
    const [atMs, order, timer] = [this.#atMs[last]!, this.#order[last]!, this.#timers[last]!]
    this.#atMs.length = last
    this.#order.length = last
    this.#timers.length = last
    if (last > 0) this.#sink(atMs, order, timer)
    return due
  }

  #sink(atMs: number, order: number, timer: Timer): void {
    const { length } = this.#timers
    let at = 0
    for (;;) {
      let child = 2 * at + 1
      if (child >= length) break
      if (child + 1 < length && this.#isBefore(child + 1, child)) child += 1
      const isSooner = this.#atMs[child]! < atMs
      const isFirst = this.#atMs[child]! === atMs && this.#order[child]! < order
      if (!isSooner && !isFirst) break
      this.#move(child, at)
      at = child
    }
    this.#put(at, atMs, order, timer)
  }

  #isBefore(one: number, other: number): boolean {
    const difference = this.#atMs[one]! - this.#atMs[other]!
    return difference < 0 || (difference === 0 && this.#order[one]! < this.#order[other]!)
  }

  #move(from: number, to: number): void {
    this.#put(to, this.#atMs[from]!, this.#order[from]!, this.#timers[from]!)
  }

  #put(at: number, atMs: number, order: number, timer: Timer): void {
    this.#atMs[at] = atMs
    this.#order[at] = order
    this.#timers[at] = timer
  }
}
