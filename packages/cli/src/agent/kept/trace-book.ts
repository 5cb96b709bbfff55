// Answers the questions of a dispute from the leaves that were kept. One dispute asks some fourteen
// times about one trace, so the last few trees are not made anew.
import { type Digest, type HashesBelow, traceDepth } from '@vcp/protocol'
import { createTrace, type Trace } from '@vcp/sandbox'
import type { Lease } from './kept.ts'

export interface TraceBook {
  /** The two hashes below one of a trace; level 0 holds the leaves. */
  below(lease: Lease, level: number, index: number): HashesBelow | null
}

const treesMax = 4

/** `leavesOf` gives null where no run is kept. */
export function createTraceBook(leavesOf: (lease: Lease) => readonly Digest[] | null): TraceBook {
  const trees = new Map<string, Trace>()

  function treeOf(lease: Lease): Trace | null {
    const name = `${lease.taskId} ${lease.leaseEpoch}`
    const known = trees.get(name)
    if (known !== undefined) return known
    const leaves = leavesOf(lease)
    if (leaves === null || leaves.length === 0) return null
    const tree = createTrace(leaves)
    const [oldest] = trees.size >= treesMax ? trees.keys() : []
    if (oldest !== undefined) trees.delete(oldest)
    trees.set(name, tree)
    return tree
  }

  return {
    below(lease, level, index) {
      if (level < 1 || level > traceDepth || index < 0 || index >= 2 ** (traceDepth - level)) {
        return null
      }
      const tree = treeOf(lease)
      if (tree === null) return null
      return [tree.hash(level - 1, 2 * index), tree.hash(level - 1, 2 * index + 1)]
    },
  }
}
