// A digest of a whole memory that is cheap to keep: a binary tree of fixed depth over the digests
// of its blocks (SHA-256 of 4 KiB), with room for the 4 GiB that a memory can have. Blocks that
// never held anything, and those past the end, are blocks of zeros, whose subtrees have known
// hashes. The tree therefore depends on nothing but the bytes: not on what was hashed when.
// A program writes to few places between two looks, so small blocks leave little to hash.
import { sha256 as portableSha256 } from '@noble/hashes/sha2.js'
import { nodeHash, type Sha256 } from '@vcp/protocol'

/** What memory is measured in. */
export const pageBytes = 65_536
export const blockBytes = 4_096
const DEPTH = 20

export interface MemoryTree {
  /** Takes the digest of a block; the root is worked out when it is asked for. */
  set(block: number, digest: Uint8Array): void
  root(): Uint8Array
}

export function createMemoryTree(sha256: Sha256 = portableSha256): MemoryTree {
  const levels = Array.from({ length: DEPTH + 1 }, () => new Map<number, Uint8Array>())
  let changed = new Set<number>()

  function rehash(level: number): void {
    const below = levels[level]!
    const above = levels[level + 1]!
    const zero = zeroHashes()[level]!
    const parents = new Set<number>()
    for (const index of changed) parents.add(index >>> 1)
    for (const parent of parents) {
      const left = below.get(parent * 2) ?? zero
      const right = below.get(parent * 2 + 1) ?? zero
      above.set(parent, nodeHash(left, right, sha256))
    }
    changed = parents
  }

  return {
    set(block, digest) {
      levels[0]!.set(block, digest)
      changed.add(block)
    },
    root() {
      for (let level = 0; level < DEPTH && changed.size > 0; level++) rehash(level)
      changed = new Set()
      return levels[DEPTH]!.get(0) ?? zeroHashes()[DEPTH]!
    },
  }
}

let zeros: readonly Uint8Array[] | null = null

/** The hash of a subtree of zero blocks, by level. */
function zeroHashes(): readonly Uint8Array[] {
  if (zeros === null) {
    const hashes: Uint8Array[] = [portableSha256(new Uint8Array(blockBytes))]
    for (let level = 0; level < DEPTH; level++) {
      hashes.push(nodeHash(hashes[level]!, hashes[level]!))
    }
    zeros = hashes
  }
  return zeros
}
