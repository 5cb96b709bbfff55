// Slots with weights; one is drawn with a chance in proportion to its weight. The weights are whole
// numbers in a Fenwick tree, so putting and drawing take a step for each doubling of the slots.
import type { RankedNode, Ranking } from './ranking.ts'

/** Draws before the search goes on slot by slot: enough unless few of many are acceptable. */
const DRAWS = 8

export function weightedRanking(weightOf: (node: RankedNode) => number): Ranking {
  let weights = new Int32Array(64)
  let sums = new Float64Array(65)
  let size = 0
  let total = 0

  function reserve(slot: number): void {
    if (slot < weights.length) return
    let length = weights.length
    while (length <= slot) length *= 2
    const larger = new Int32Array(length)
    larger.set(weights)
    weights = larger
    sums = new Float64Array(length + 1)
    for (let at = 1; at <= length; at++) {
      sums[at]! += weights[at - 1]!
      const above = at + (at & -at)
      if (above <= length) sums[above]! += sums[at]!
    }
  }

  function set(slot: number, weight: number): void {
    const change = weight - weights[slot]!
    if (change === 0) return
    if (weights[slot] === 0) size += 1
    if (weight === 0) size -= 1
    weights[slot] = weight
    total += change
    for (let at = slot + 1; at < sums.length; at += at & -at) sums[at]! += change
  }

  /** The slot in which a point of the whole weight lies. */
  function at(point: number): number {
    let position = 0
    let left = point
    for (let step = weights.length; step > 0; step >>= 1) {
      const further = position + step
      if (further <= weights.length && sums[further]! <= left) {
        position = further
        left -= sums[further]!
      }
    }
    return position
  }

  return {
    get size() {
      return size
    },
    has: (slot) => slot < weights.length && weights[slot]! > 0,
    put(slot, node) {
      reserve(slot)
      set(slot, Math.max(1, Math.round(weightOf(node))))
    },
    remove(slot) {
      if (slot < weights.length) set(slot, 0)
    },
    pick(isAcceptable, draw) {
      if (size === 0) return -1
      let slot = 0
      for (let tries = 0; tries < DRAWS; tries++) {
        slot = at(Math.floor(draw() * total))
        if (isAcceptable(slot)) return slot
      }
      for (let step = 1; step <= weights.length; step++) {
        const other = (slot + step) % weights.length
        if (weights[other]! > 0 && isAcceptable(other)) return other
      }
      return -1
    },
  }
}
