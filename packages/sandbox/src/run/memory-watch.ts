// What of the guest's memory changed since it was last looked at, and the digest of it all. A
// shadow holds a copy of every page that was ever other than zero; a look compares all pages with
// it, and hashes of those that differ the blocks that do.
import { allocate } from '../host-fault.ts'
import { blockBytes, blocksPerPage, createMemoryTree, pageBytes } from './memory-tree.ts'
import type { PageTools } from './page-tools.ts'

export interface MemoryWatch {
  /** The root of the tree over the memory as it is now. */
  root(memory: Uint8Array): Uint8Array
}

export function createMemoryWatch({ sha256, isEqual }: PageTools): MemoryWatch {
  const shadow: (Uint8Array | undefined)[] = []
  const tree = createMemoryTree(sha256)

  function look(page: number, bytes: Uint8Array, seen: Uint8Array): void {
    for (let at = 0; at < pageBytes; at += blockBytes) {
      const block = bytes.subarray(at, at + blockBytes)
      const before = seen.subarray(at, at + blockBytes)
      if (isEqual(block, before)) continue
      before.set(block)
      tree.set(page * blocksPerPage + at / blockBytes, sha256(before))
    }
  }

  return {
    root(memory) {
      const pages = memory.length / pageBytes
      for (let page = 0; page < pages; page++) {
        const bytes = memory.subarray(page * pageBytes, (page + 1) * pageBytes)
        if (isEqual(bytes, shadow[page] ?? zeroPage)) continue
        const seen = shadow[page] ?? allocate(pageBytes)
        shadow[page] = seen
        look(page, bytes, seen)
      }
      return tree.root(pages)
    },
  }
}

const zeroPage = new Uint8Array(pageBytes)
