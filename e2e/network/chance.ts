// All chance of a campaign comes from one seed, so that the same moments can be had again, as far
// as real processes allow.

export interface Chance {
  /** From 0 up to 1. */
  unit(): number
  /** A whole number, both ends included. */
  between(least: number, most: number): number
  pick<Item>(of: readonly Item[]): Item
}

export function chanceFrom(seed: number): Chance {
  let state = Math.imul(seed ^ (seed >>> 16), 0x45d9f3b) | 0

  /** splitmix32. */
  function unit(): number {
    state = (state + 0x9e3779b9) | 0
    let mixed = Math.imul(state ^ (state >>> 16), 0x21f0aaad)
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97)
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32
  }

  return {
    unit,
    between: (least, most) => least + Math.floor(unit() * (most - least + 1)),
    pick: (of) => of[Math.floor(unit() * of.length)]!,
  }
}
