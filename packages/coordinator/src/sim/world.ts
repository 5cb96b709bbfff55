// Time that passes only when the next thing happens.

interface Happening {
  readonly atMs: number
  readonly order: number
  readonly happen: () => void
}

export class World {
  nowMs = 1_790_000_000_000
  steps = 0
  /** A binary heap, the soonest first; of equal ones the first that was asked for. */
  readonly #due: Happening[] = []
  #order = 0

  after(ms: number, happen: () => void): void {
    const due = this.#due
    const item = { atMs: this.nowMs + Math.max(0, Math.ceil(ms)), order: this.#order++, happen }
    let at = due.length
    due.push(item)
    while (at > 0) {
      const parent = (at - 1) >> 1
      if (!isBefore(item, due[parent]!)) break
      due[at] = due[parent]!
      at = parent
    }
    due[at] = item
  }

  /** When the next thing happens; null: nothing ever will. */
  get nextAtMs(): number | null {
    return this.#due[0]?.atMs ?? null
  }

  /** Lets the next thing happen. */
  step(): void {
    const next = this.#take()
    if (next === null) return
    this.nowMs = next.atMs
    this.steps += 1
    next.happen()
  }

  #take(): Happening | null {
    const due = this.#due
    const first = due[0]
    const last = due.pop()
    if (first === undefined || last === undefined) return null
    if (due.length === 0) return first
    let at = 0
    for (;;) {
      let child = 2 * at + 1
      if (child >= due.length) break
      if (child + 1 < due.length && isBefore(due[child + 1]!, due[child]!)) child += 1
      if (!isBefore(due[child]!, last)) break
      due[at] = due[child]!
      at = child
    }
    due[at] = last
    return first
  }
}

function isBefore(one: Happening, other: Happening): boolean {
  return one.atMs < other.atMs || (one.atMs === other.atMs && one.order < other.order)
}
