// The trace of a run, as far as others than its runner need to know it: an RFC 6962 tree of fixed
// depth over the digests of its checkpoints, in which the last leaf fills all places after it.
import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js'
import type { Digest } from './ids.ts'
import { leafHash, nodeHash } from './merkle.ts'

/** Levels above the leaves. */
export const traceDepth = 14

/** Two hashes of a trace that lie below one. */
export type HashesBelow = readonly [Digest, Digest]

/** Whether two hashes are those below one: who says otherwise makes its trace up. */
export function areBelow([left, right]: HashesBelow, above: Digest): boolean {
  return bytesToHex(nodeHash(hexToBytes(left), hexToBytes(right))) === above
}

/** The hash of a leaf, as it stands in the tree. */
export function traceLeafHash(leaf: Digest): Digest {
  return bytesToHex(leafHash(hexToBytes(leaf))) as Digest
}
