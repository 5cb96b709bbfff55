// The Merkle tree of RFC 6962, section 2.1, over SHA-256. Leaves and inner nodes are hashed under
// different prefixes, so that neither passes for the other. Sizes go up to 2^53 - 1: no bit
// operators here, for those of JavaScript stop at 32 bits. Hashes are bytes here and hex on the
// wire: `tree-head.ts` checks proofs as they come from there.
import { sha256 } from '@noble/hashes/sha2.js'
import * as z from 'zod'
import { Digest } from './ids.ts'
import { limits } from './limits.ts'
import { Count } from './quantities.ts'

const Hashes = z.array(Digest).max(limits.merkleProofHashesMax)

/** That a leaf is in the log: the hashes beside the way from the leaf to the root. */
export const InclusionProof = z
  .strictObject({ leaf_index: Count, tree_size: Count, hashes: Hashes })
  .refine(({ leaf_index, tree_size }) => leaf_index < tree_size, {
    error: 'expected less than tree_size',
    path: ['leaf_index'],
  })
export type InclusionProof = z.infer<typeof InclusionProof>

/** That a log has only grown since it had `old_size` leaves. */
export const ConsistencyProof = z
  .strictObject({ old_size: Count, new_size: Count, hashes: Hashes })
  .refine(({ old_size, new_size }) => old_size <= new_size, {
    error: 'expected at most new_size',
    path: ['old_size'],
  })
export type ConsistencyProof = z.infer<typeof ConsistencyProof>

const HASH_BYTES = 32
const LEAF_PREFIX = 0x00
const NODE_PREFIX = 0x01

/** SHA-256, for whoever has a faster one than ours, which runs anywhere. */
export type Sha256 = (bytes: Uint8Array) => Uint8Array

export function leafHash(leaf: Uint8Array, hash: Sha256 = sha256): Uint8Array {
  const bytes = new Uint8Array(1 + leaf.length)
  bytes[0] = LEAF_PREFIX
  bytes.set(leaf, 1)
  return hash(bytes)
}

export function nodeHash(left: Uint8Array, right: Uint8Array, hash: Sha256 = sha256): Uint8Array {
  const bytes = new Uint8Array(1 + 2 * HASH_BYTES)
  bytes[0] = NODE_PREFIX
  bytes.set(left, 1)
  bytes.set(right, 1 + HASH_BYTES)
  return hash(bytes)
}

/** The root over these leaf hashes. Without any, it is the hash of nothing. */
export function merkleRoot(leafHashes: readonly Uint8Array[], hash: Sha256 = sha256): Uint8Array {
  let level = leafHashes
  while (level.length > 1) {
    const above: Uint8Array[] = []
    for (let i = 0; i + 1 < level.length; i += 2) {
      above.push(nodeHash(level[i]!, level[i + 1]!, hash))
    }
    if (isOdd(level.length)) above.push(level.at(-1)!)
    level = above
  }
  return level[0] ?? hash(new Uint8Array())
}

/** The root over the leaves `start` to `end` (exclusive), from wherever the hashes are kept. */
export type SubtreeHash = (start: number, end: number) => Uint8Array

export function inclusionProof(leafHashes: readonly Uint8Array[], index: number): Uint8Array[] {
  return inclusionPath(index, leafHashes.length, subtreesOf(leafHashes))
}

export function consistencyProof(leafHashes: readonly Uint8Array[], oldSize: number): Uint8Array[] {
  return consistencyPath(oldSize, leafHashes.length, subtreesOf(leafHashes))
}

/** PATH of RFC 6962: at each node on the way down to the leaf, the branch not taken. */
export function inclusionPath(index: number, size: number, hashOf: SubtreeHash): Uint8Array[] {
  if (!isSize(size) || !isSize(index) || index >= size) {
    throw new RangeError(`a tree of ${size} leaves has no leaf ${index}`)
  }
  const path: Uint8Array[] = []
  let start = 0
  let end = size
  while (end - start > 1) {
    const middle = start + leftWidth(end - start)
    if (index < middle) {
      path.push(hashOf(middle, end))
      end = middle
    } else {
      path.push(hashOf(start, middle))
      start = middle
    }
  }
  return path.reverse()
}

/** PROOF of RFC 6962: the same walk, down to the last subtree that the old tree shares. */
export function consistencyPath(
  oldSize: number,
  newSize: number,
  hashOf: SubtreeHash,
): Uint8Array[] {
  if (!isSize(oldSize) || !isSize(newSize) || oldSize > newSize) {
    throw new RangeError(`a tree of ${newSize} leaves does not continue one of ${oldSize}`)
  }
  if (oldSize === 0) return []
  const path: Uint8Array[] = []
  let start = 0
  let end = newSize
  while (oldSize < end) {
    const middle = start + leftWidth(end - start)
    if (oldSize <= middle) {
      path.push(hashOf(middle, end))
      end = middle
    } else {
      path.push(hashOf(start, middle))
      start = middle
    }
  }
  // A subtree that begins the tree is the old tree itself, whose root the verifier knows.
  if (start > 0) path.push(hashOf(start, end))
  return path.reverse()
}

export interface InclusionClaim {
  readonly leafHash: Uint8Array
  readonly index: number
  readonly size: number
  readonly proof: readonly Uint8Array[]
  readonly root: Uint8Array
}

/**
 * Whether the leaf stands at `index` under `root`. Size and root must come from one checkpoint: a
 * root alone does not tell its size, and trees of several sizes can share the shape of a path.
 */
export function verifyInclusion(
  { leafHash, index, size, proof, root }: InclusionClaim,
  hash?: Sha256,
): boolean {
  if (!isSize(size) || !isSize(index) || index >= size) return false
  if (!isHash(leafHash)) return false
  const roots = climb(index, size - 1, leafHash, proof, hash)
  return roots !== null && isEqual(roots.whole, root)
}

export interface ConsistencyClaim {
  readonly oldSize: number
  readonly newSize: number
  readonly oldRoot: Uint8Array
  readonly newRoot: Uint8Array
  readonly proof: readonly Uint8Array[]
}

/** Whether the new tree begins with all of the old one. Every tree begins with the empty one. */
export function verifyConsistency(claim: ConsistencyClaim): boolean {
  const { oldSize, newSize, oldRoot, newRoot, proof } = claim
  if (!isSize(oldSize) || !isSize(newSize) || oldSize > newSize) return false
  if (!isHash(oldRoot) || !isHash(newRoot)) return false
  if (oldSize === 0 && !isEqual(oldRoot, merkleRoot([]))) return false
  if (oldSize === newSize) return proof.length === 0 && isEqual(oldRoot, newRoot)
  if (oldSize === 0) return proof.length === 0

  let node = oldSize - 1
  let last = newSize - 1
  while (isOdd(node)) {
    node = half(node)
    last = half(last)
  }
  const [seed, path] = node === 0 ? [oldRoot, proof] : [proof[0], proof.slice(1)]
  if (seed === undefined || !isHash(seed)) return false
  const roots = climb(node, last, seed, path)
  return roots !== null && isEqual(roots.upToNode, oldRoot) && isEqual(roots.whole, newRoot)
}

interface Roots {
  /** Of the tree that ends with the node from which the climb began. */
  readonly upToNode: Uint8Array
  readonly whole: Uint8Array
}

/**
 * RFC 9162, sections 2.1.3.2 and 2.1.4.2: from a node to the root of a tree whose last node on that
 * level is `last`, in at most 53 steps. Null where the path does not fit the shape of the tree.
 */
function climb(
  node: number,
  last: number,
  seed: Uint8Array,
  path: readonly Uint8Array[],
  hash?: Sha256,
): Roots | null {
  let upToNode = seed
  let whole = seed
  for (const sibling of path) {
    if (last === 0 || !isHash(sibling)) return null
    if (isOdd(node) || node === last) {
      upToNode = nodeHash(sibling, upToNode, hash)
      whole = nodeHash(sibling, whole, hash)
      // The last node of a level without a sibling is its own parent.
      while (!isOdd(node) && node !== 0) {
        node = half(node)
        last = half(last)
      }
    } else {
      whole = nodeHash(whole, sibling, hash)
    }
    node = half(node)
    last = half(last)
  }
  return last === 0 ? { upToNode, whole } : null
}

function subtreesOf(leafHashes: readonly Uint8Array[]): SubtreeHash {
  return (start, end) => merkleRoot(leafHashes.slice(start, end))
}

/** The largest power of two below `width`: how many leaves go to the left. */
export function leftWidth(width: number): number {
  let left = 1
  while (left * 2 < width) left *= 2
  return left
}

function isHash(bytes: Uint8Array): boolean {
  return bytes.length === HASH_BYTES
}

function isSize(size: number): boolean {
  return Number.isSafeInteger(size) && size >= 0
}

function isOdd(number: number): boolean {
  return number % 2 === 1
}

function half(number: number): number {
  return Math.floor(number / 2)
}

function isEqual(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i])
}
