// All chance of a simulation comes from one seed, so that a run can be had again.

/** splitmix32: small, fast, and the same on every machine. */
export class Chance {
  #state: number

  constructor(seed: number) {
    // Seeds that are neighbours are to have nothing in common.
    this.#state = Math.imul(seed ^ (seed >>> 16), 0x45d9f3b) | 0
    this.unit()
  }

  /** From 0 up to 1. */
  unit(): number {
    this.#state = (this.#state + 0x9e3779b9) | 0
    let mixed = this.#state ^ (this.#state >>> 16)
    mixed = Math.imul(mixed, 0x21f0aaad)
    mixed ^= mixed >>> 15
    mixed = Math.imul(mixed, 0x735a2d97)
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32
  }

  /** A whole number from 0 up to, and without, `end`. */
  below(end: number): number {
    return Math.floor(this.unit() * end)
  }

  happens(probability: number): boolean {
    return this.unit() < probability
  }

  pick<T>(of: readonly T[]): T | undefined {
    return of[this.below(of.length)]
  }

  /** One of the keys, each as likely as its weight says. */
  weighted<Key extends string>(weights: Readonly<Record<Key, number>>): Key {
    const entries = Object.entries(weights) as [Key, number][]
    let point = this.unit() * entries.reduce((sum, [, weight]) => sum + weight, 0)
    for (const [key, weight] of entries) {
      point -= weight
      if (point < 0) return key
    }
    return entries.at(-1)![0]
  }
}
