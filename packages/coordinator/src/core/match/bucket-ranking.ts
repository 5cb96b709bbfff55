// Slots in buckets, the lowest bucket first; within a bucket the one that was put there longest
// ago. Each bucket is a list through two arrays, so that everything but finding the first bucket
// that is not empty takes one step, and that takes one for each bucket passed.
import type { RankedNode, Ranking } from './ranking.ts'

const NONE = -1

export function bucketRanking(
  bucketCount: number,
  bucketOf: (node: RankedNode) => number,
): Ranking {
  const first = new Int32Array(bucketCount).fill(NONE)
  const last = new Int32Array(bucketCount).fill(NONE)
  let bucket = new Int32Array(0)
  let next = new Int32Array(0)
  let previous = new Int32Array(0)
  let loads = new Int32Array(0)
  let size = 0

  function reserve(slot: number): void {
    if (slot < bucket.length) return
    const length = Math.max(64, slot + 1, bucket.length * 2)
    bucket = grown(bucket, length)
    next = grown(next, length)
    previous = grown(previous, length)
    loads = grown(loads, length)
  }

  function unlink(slot: number): void {
    const [before, after] = [previous[slot]!, next[slot]!]
    if (before === NONE) first[bucket[slot]!] = after
    else next[before] = after
    if (after === NONE) last[bucket[slot]!] = before
    else previous[after] = before
    bucket[slot] = NONE
    size -= 1
  }

  function append(slot: number, to: number): void {
    const end = last[to]!
    previous[slot] = end
    next[slot] = NONE
    if (end === NONE) first[to] = slot
    else next[end] = slot
    last[to] = slot
    bucket[slot] = to
    size += 1
  }

  const has = (slot: number) => slot < bucket.length && bucket[slot] !== NONE

  return {
    get size() {
      return size
    },
    has,
    put(slot, node) {
      reserve(slot)
      const to = Math.min(bucketCount - 1, Math.max(0, bucketOf(node)))
      const hasMoreWork = node.openAssignments > loads[slot]!
      loads[slot] = node.openAssignments
      if (bucket[slot] !== NONE) {
        // A node whose turn it was goes to the end; one that only reported stays where it is.
        if (bucket[slot] === to && !hasMoreWork) return
        unlink(slot)
      }
      append(slot, to)
    },
    remove(slot) {
      if (has(slot)) unlink(slot)
    },
    pick(isAcceptable) {
      for (const head of first) {
        for (let slot = head; slot !== NONE; slot = next[slot]!) if (isAcceptable(slot)) return slot
      }
      return NONE
    },
  }
}

function grown(array: Int32Array<ArrayBuffer>, length: number): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(length).fill(NONE)
  larger.set(array)
  return larger
}
