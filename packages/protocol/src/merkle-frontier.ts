// The right edge of an append-only tree: the roots of the complete subtrees that its size is made
// of, one for each binary digit 1. It is all that appending and the root need, so a log of any
// length stays hot in at most 53 hashes.
import { merkleRoot, nodeHash } from './merkle.ts'

/** An immutable value: extending one leaves it as it was. */
export interface MerkleFrontier {
  readonly size: number
  /** The widest subtree first. */
  readonly peaks: readonly Uint8Array[]
}

export const emptyFrontier: MerkleFrontier = { size: 0, peaks: [] }

export function extendFrontier(
  frontier: MerkleFrontier,
  leafHashes: Iterable<Uint8Array>,
): MerkleFrontier {
  const peaks = [...frontier.peaks]
  let { size } = frontier
  for (const leafHash of leafHashes) {
    size += 1
    let peak = leafHash
    for (let width = size; width % 2 === 0; width /= 2) peak = nodeHash(peaks.pop()!, peak)
    peaks.push(peak)
  }
  return { size, peaks }
}

export function frontierRoot({ peaks }: MerkleFrontier): Uint8Array {
  if (peaks.length === 0) return merkleRoot([])
  return peaks.reduceRight((right, left) => nodeHash(left, right))
}
