// What a log needs to make proofs without hashing itself anew: the roots of its complete subtrees
// of 256 leaves and more, a quarter of a byte a leaf. Whatever is smaller lies within one block of
// 256, whose leaf hashes the log reads back from where it keeps its events: two blocks a proof at
// most. What was hashed within a block is remembered for a while, for proofs come in crowds about
// the newest entries.
import { leftWidth, merkleRoot, nodeHash, type Sha256, type SubtreeHash } from './merkle.ts'

/** Leaves in a block. */
export const blockLeaves = 256

/** Subtrees within blocks that are remembered: those of 32 blocks. */
const innerMax = 32 * blockLeaves

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
  /** Complete subtrees within blocks, by where they begin and how many leaves they have. */
  const inner = new Map<number, Uint8Array>()

  function remembered(start: number, width: number, work: () => Uint8Array): Uint8Array {
    const name = start * blockLeaves + width
    const known = inner.get(name)
    if (known !== undefined) return known
    const made = work()
    const [oldest] = inner.size >= innerMax ? inner.keys() : []
    if (oldest !== undefined) inner.delete(oldest)
    inner.set(name, made)
    return made
  }

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
        if (width === 1) {
          const leaf = leavesOf(Math.floor(start / blockLeaves))[start % blockLeaves]
          if (leaf === undefined) throw new RangeError(`no leaf ${start} in the log`)
          return leaf
        }
        const left = leftWidth(width)
        const middle = start + left
        const joined = () => nodeHash(hashOf(start, middle), hashOf(middle, end), hash)
        if (left * 2 > width) return joined()
        if (width < blockLeaves) return remembered(start, width, joined)
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
