// A digest of a whole memory that is cheap to keep. A page is the hash of the digests of its
// sixteen blocks (SHA-256 of 4 KiB), for a program writes to few places between two looks; the
// pages are the leaves of a binary tree that is just deep enough for all of them. What never held
// anything is zeros, whose hashes are known. The digest depends on nothing but the bytes and the
// number of pages: not on what was hashed when.
import { sha256 as portableSha256 } from '@noble/hashes/sha2.js'
import { leafHash, nodeHash, type Sha256 } from '@vcp/protocol'

/** What memory is measured in. */
export const pageBytes = 65_536
export const blockBytes = 4_096
export const blocksPerPage = pageBytes / blockBytes
const digestBytes = 32
/** Enough for 4 GiB. */
const DEPTH_MAX = 16

export interface MemoryTree {
  /** Takes the digest of a block; the root is worked out when it is asked for. */
  set(block: number, digest: Uint8Array): void
  /** The root over so many pages; never fewer than before. */
  root(pages: number): Uint8Array
}

export function createMemoryTree(sha256: Sha256 = portableSha256): MemoryTree {
  const blocks = new Map<number, Uint8Array>()
  const levels = Array.from({ length: DEPTH_MAX + 1 }, () => new Map<number, Uint8Array>())
  let changed = new Set<number>()
  let depth = 0

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
      const page = Math.floor(block / blocksPerPage)
      const digests = blocks.get(page) ?? zeroDigests().slice()
      digests.set(digest, (block % blocksPerPage) * digestBytes)
      blocks.set(page, digests)
      changed.add(page)
    },
    root(pages) {
      for (const page of changed) levels[0]!.set(page, leafHash(blocks.get(page)!, sha256))
      const before = depth
      depth = depthFor(pages)
      for (let level = 0; level < depth; level++) {
        // The tree has grown above its old root, whatever has changed.
        if (level >= before) changed.add(0)
        if (changed.size > 0) rehash(level)
      }
      changed = new Set()
      return levels[depth]!.get(0) ?? zeroHashes()[depth]!
    },
  }
}

function depthFor(pages: number): number {
  return pages <= 1 ? 0 : 32 - Math.clz32(pages - 1)
}

let digestsOfZeros: Uint8Array | null = null

/** The digests of a page of zeros. */
function zeroDigests(): Uint8Array {
  if (digestsOfZeros === null) {
    const zero = portableSha256(new Uint8Array(blockBytes))
    digestsOfZeros = new Uint8Array(blocksPerPage * digestBytes)
    for (let block = 0; block < blocksPerPage; block++) {
      digestsOfZeros.set(zero, block * digestBytes)
    }
  }
  return digestsOfZeros
}

let zeros: readonly Uint8Array[] | null = null

/** The hash of a subtree of pages of zeros, by level. */
function zeroHashes(): readonly Uint8Array[] {
  if (zeros === null) {
    const hashes: Uint8Array[] = [leafHash(zeroDigests())]
    for (let level = 0; level < DEPTH_MAX; level++) {
      hashes.push(nodeHash(hashes[level]!, hashes[level]!))
    }
    zeros = hashes
  }
  return zeros
}
