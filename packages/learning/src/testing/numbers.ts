/** Numbers from a seed, for tests only: PCG-like, of no cryptographic worth. */
export interface Numbers {
  /** From 0 to below 1. */
  next(): number
  between(low: number, high: number): number
  below(count: number): number
}

export function createNumbers(seed: number): Numbers {
  let state = (seed * 2_654_435_769 + 1) >>> 0
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  return {
    next,
    between: (low, high) => low + (high - low) * next(),
    below: (count) => Math.floor(next() * count),
  }
}
