// What a log needs to make proofs without hashing itself anew: the roots of its complete subtrees
// of 256 leaves and more, a quarter of a byte a leaf. Whatever is smaller lies within one block of
// 256, whose leaf hashes the log reads back from where it keeps its events: two blocks a proof at
// most.
import { leftWidth, merkleRoot, nodeHash, type Sha256, type SubtreeHash } from './merkle.ts'

/** Leaves in a block. */
export const blockLeaves = 256

/** The hashes of the leaves of a block, `256 * block` and on; of the last, those there are. */
export type LeafBlock = (block: number) => readonly Uint8Array[]

/** Grows with its log. A cache: it can be thrown away and rebuilt from the leaf hashes. */
export interface MerkleIndex {
  /** Leaves appended so far. */
  readonly size: number
  /** The root of each complete block, to be stored and handed to `createMerkleIndex` again. */
  readonly blocks: readonly Uint8Array[]
  append(leafHashes: Iterable<Uint8Array>): void
  /** Appends a complete block by its root, where whole blocks alone were appended before. */
  appendBlock(root: Uint8Array): void
  /**
   * Serves `inclusionPath` and `consistencyPath` for any size up to the present one. Made once per
   * proof, it asks for two blocks at most: that of the leaf (or of the old tree's last leaf) and
   * that of the tree's last leaf. A store that answers later can therefore fetch both beforehand.
   */
  subtreeHash(leafBlock: LeafBlock): SubtreeHash
}

export function createMerkleIndex(blocks: readonly Uint8Array[] = [], hash?: Sha256): MerkleIndex {
  /** `levels[k]` holds the roots of complete subtrees of `256 * 2^k` leaves, in order. */
  const levels: Uint8Array[][] = [[]]
  let tail: Uint8Array[] = []

  function addBlock(root: Uint8Array): void {
    let subtree = root
    for (let k = 0; ; k++) {
      const level = levels[k] ?? []
      levels[k] = level
      level.push(subtree)
      if (level.length % 2 === 1) return
      subtree = nodeHash(level.at(-2)!, subtree, hash)
    }
  }

  for (const root of blocks) addBlock(root)

  return {
    get size() {
      return levels[0]!.length * blockLeaves + tail.length
    },
    get blocks() {
      return levels[0]!
    },
    append(leafHashes) {
      for (const leafHash of leafHashes) {
        tail.push(leafHash)
        if (tail.length === blockLeaves) {
          addBlock(merkleRoot(tail, hash))
          tail = []
        }
      }
    },
    appendBlock(root) {
      if (tail.length > 0) throw new RangeError('the block before this one is not complete')
      addBlock(root)
    },
    subtreeHash(leafBlock) {
      const leavesOf = rememberLast(leafBlock)
      return function hashOf(start, end): Uint8Array {
        const width = end - start
        if (width < blockLeaves) {
          const from = start % blockLeaves
          const leaves = leavesOf(Math.floor(start / blockLeaves)).slice(from, from + width)
          if (leaves.length < width) throw new RangeError(`no leaves ${start} to ${end} in the log`)
          return merkleRoot(leaves, hash)
        }
        const left = leftWidth(width)
        if (left * 2 > width)
          return nodeHash(hashOf(start, start + left), hashOf(start + left, end), hash)
        let level = 0
        for (let span = blockLeaves; span < width; span *= 2) level += 1
        const complete = levels[level]?.[start / width]
        if (complete === undefined) throw new RangeError(`no leaves ${start} to ${end} in the log`)
        return complete
      }
    },
  }
}

function rememberLast(leafBlock: LeafBlock): LeafBlock {
  let last: { readonly block: number; readonly leaves: readonly Uint8Array[] } | null = null
  return (block) => {
    if (last?.block !== block) last = { block, leaves: leafBlock(block) }
    return last.leaves
  }
}
