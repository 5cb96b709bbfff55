/**
 * The nodes that fit a demand, in the order of one strategy. A node is a slot: a small number that
 * is its own for as long as it is registered.
 */
export interface Ranking {
  /** Puts a slot in, or moves it to where it now belongs. */
  put(slot: number, node: RankedNode): void
  remove(slot: number): void
  has(slot: number): boolean
  readonly size: number
  /**
   * The best slot that is acceptable, or -1. `draw` gives numbers from 0 up to 1; a strategy
   * without chance does not ask.
   */
  pick(isAcceptable: (slot: number) => boolean, draw: () => number): number
}

/** What a strategy looks at. */
export interface RankedNode {
  /** 0 to 1; null while unknown. */
  readonly health: number | null
  readonly latencyMs: number | null
  readonly openAssignments: number
}
