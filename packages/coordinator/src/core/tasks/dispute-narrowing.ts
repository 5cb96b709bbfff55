// Two traces whose roots differ are narrowed to the first leaf in which they do. A trace is an RFC
// 6962 tree of fixed depth, so each step asks both parties for the two hashes below the last one;
// an answer that does not hash to what its party said before shows that the party makes it up.
import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js'
import { type Digest, leafHash, nodeHash } from '@vcp/protocol'
import type { Below } from './task-record.ts'

/** Levels above the leaves, as nodes build their traces. */
export const traceDepth = 14

/** Whether two hashes are those below one. */
export function isBelow(below: Below, above: Digest): boolean {
  return bytesToHex(nodeHash(hexToBytes(below[0]), hexToBytes(below[1]))) === above
}

/** Which of the two places below is the first to differ, with what each party says of it. */
export function narrow(
  index: number,
  one: Below,
  other: Below,
): { readonly index: number; readonly one: Digest; readonly other: Digest } {
  const side = one[0] === other[0] ? 1 : 0
  return { index: index * 2 + side, one: one[side], other: other[side] }
}

/** The hash of a leaf, as it stands in the tree. */
export function hashOfLeaf(leaf: Digest): Digest {
  return bytesToHex(leafHash(hexToBytes(leaf))) as Digest
}
