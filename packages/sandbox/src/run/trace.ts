// The trace of a run is the list of its checkpoint leaves. Its root is that of an RFC 6962 tree of
// fixed size, 2^14 leaves, in which the last leaf (the final state) fills all places after it: a
// run that has ended stays as it is. So two runs of different length have trees of one shape, and
// the first difference between them is found in 14 steps, whatever the lengths. A leaf names its
// own index and whether it is final, so a repeated one says how long the run really was.

import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js'
import { type Digest, leafHash, limits, nodeHash, type Sha256 } from '@vcp/protocol'

/** Levels above the leaves. */
export const traceDepth = 14

if (2 ** traceDepth < limits.traceCheckpointsMax) throw new Error('a trace has too few places')

export interface Trace {
  readonly root: Digest
  /** The hash of a node: level 0 holds the leaves' hashes, level `traceDepth` the root. */
  hash(level: number, index: number): Digest
}

/** Of at least one leaf, in order. `sha256` is for whoever has a faster one than ours. */
export function createTrace(leaves: readonly Digest[], sha256?: Sha256): Trace {
  if (leaves.length === 0 || leaves.length > 2 ** traceDepth) {
    throw new RangeError(`a trace has 1 to ${2 ** traceDepth} leaves, not ${leaves.length}`)
  }
  // Each level ends with one node that stands for all after it.
  const levels = [leaves.map((leaf) => leafHash(hexToBytes(leaf), sha256))]
  for (let level = 0; level < traceDepth; level++) {
    const below = levels[level]!
    const at = (index: number) => below[Math.min(index, below.length - 1)]!
    const above = Array.from({ length: Math.floor(below.length / 2) + 1 }, (_, i) =>
      nodeHash(at(2 * i), at(2 * i + 1), sha256),
    )
    levels.push(above)
  }
  const hash = (level: number, index: number) => {
    const nodes = levels[level]!
    return bytesToHex(nodes[Math.min(index, nodes.length - 1)]!) as Digest
  }
  return { root: hash(traceDepth, 0), hash }
}

/** The index of the first leaf in which two traces differ, found from the root; null for none. */
export function firstDifference(one: Trace, other: Trace): number | null {
  if (one.root === other.root) return null
  let index = 0
  for (let level = traceDepth - 1; level >= 0; level--) {
    index *= 2
    if (one.hash(level, index) === other.hash(level, index)) index += 1
  }
  return index
}
