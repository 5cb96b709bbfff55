// Heads of the log, and the check of Merkle proofs, as both cross the wire.
import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js'
import type { Digest } from './ids.ts'
import {
  type ConsistencyProof,
  type InclusionProof,
  leafHash,
  type Sha256,
  verifyConsistency,
  verifyInclusion,
} from './merkle.ts'
import { type Outcome, pass, refuse } from './outcome.ts'

/** A tree at one size, as a checkpoint states it. */
export interface TreeHead {
  readonly treeSize: number
  readonly rootHash: Digest
}

/** Hashes of `merkle.ts` in the form of the wire. */
export function toDigests(hashes: readonly Uint8Array[]): Digest[] {
  return hashes.map((hash) => bytesToHex(hash) as Digest)
}

/** Checks that the log under `head` has `leaf` where the proof says. `leaf` is the data itself. */
export function checkInclusion(
  proof: InclusionProof,
  leaf: Uint8Array,
  head: TreeHead,
  hash?: Sha256,
): Outcome<null> {
  const { leaf_index: index, tree_size: size } = proof
  if (size !== head.treeSize) {
    return refuse('PROOF_INVALID', `the proof is of ${size} leaves, not of ${head.treeSize}`)
  }
  const claim = { leafHash: leafHash(leaf, hash), index, size, root: hexToBytes(head.rootHash) }
  return verifyInclusion({ ...claim, proof: fromDigests(proof.hashes) }, hash)
    ? pass(null)
    : refuse('PROOF_INVALID', `this is not leaf ${index} of the tree of ${size} leaves`)
}

/** Checks that the log under `newer` still begins with all that `older` covered. */
export function checkConsistency(
  proof: ConsistencyProof,
  older: TreeHead,
  newer: TreeHead,
): Outcome<null> {
  const { old_size: oldSize, new_size: newSize } = proof
  if (oldSize !== older.treeSize || newSize !== newer.treeSize) {
    const asked = `${older.treeSize} to ${newer.treeSize}`
    return refuse('PROOF_INVALID', `the proof is from ${oldSize} to ${newSize}, not from ${asked}`)
  }
  const roots = { oldRoot: hexToBytes(older.rootHash), newRoot: hexToBytes(newer.rootHash) }
  return verifyConsistency({ oldSize, newSize, ...roots, proof: fromDigests(proof.hashes) })
    ? pass(null)
    : refuse('PROOF_INVALID', `the tree of ${newSize} leaves does not continue that of ${oldSize}`)
}

function fromDigests(hashes: readonly Digest[]): Uint8Array[] {
  return hashes.map((hash) => hexToBytes(hash))
}
