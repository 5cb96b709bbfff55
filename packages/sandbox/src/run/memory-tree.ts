// A digest of a whole memory that is cheap to keep: a binary tree of fixed depth over the digests
// of its pages (SHA-256 of 64 KiB), with room for the 65,536 pages that a memory can have. Pages
// that never held anything, and those past the end, are pages of zeros, whose subtrees have known
// hashes. The tree therefore depends on nothing but the bytes: not on which pages were hashed when.

import { sha256 } from '@noble/hashes/sha2.js'
import { nodeHash } from '@vcp/protocol'

export const pageBytes = 65_536
const DEPTH = 16

export interface MemoryTree {
  /** Takes the digest of a page; the root is worked out when it is asked for. */
  set(page: number, digest: Uint8Array): void
  root(): Uint8Array
}

export function createMemoryTree(): MemoryTree {
  const levels: Uint8Array[][] = Array.from({ length: DEPTH + 1 }, () => [])
  let changed = new Set<number>()

  return {
    set(page, digest) {
      levels[0]![page] = digest
      changed.add(page)
    },
    root() {
      for (let level = 0; level < DEPTH && changed.size > 0; level++) {
        const below = levels[level]!
        const zero = zeroHashes()[level]!
        const parents = new Set<number>()
        for (const index of changed) parents.add(index >>> 1)
        for (const parent of parents) {
          levels[level + 1]![parent] = nodeHash(
            below[parent * 2] ?? zero,
            below[parent * 2 + 1] ?? zero,
          )
        }
        changed = parents
      }
      changed = new Set()
      return levels[DEPTH]![0] ?? zeroHashes()[DEPTH]!
    },
  }
}

let zeros: readonly Uint8Array[] | null = null

/** The hash of a subtree of zero pages, by level. */
function zeroHashes(): readonly Uint8Array[] {
  if (zeros === null) {
    const hashes: Uint8Array[] = [sha256(new Uint8Array(pageBytes))]
    for (let level = 0; level < DEPTH; level++)
      hashes.push(nodeHash(hashes[level]!, hashes[level]!))
    zeros = hashes
  }
  return zeros
}
