// Which pages of the guest's memory changed since they were last looked at, and the digest of it
// all. A shadow holds a copy of every page that was ever other than zero; a look compares all
// pages with it and hashes those that differ.
import { allocate } from '../host-fault.ts'
import { createMemoryTree, pageBytes } from './memory-tree.ts'
import type { PageTools } from './page-tools.ts'

export interface MemoryWatch {
  /** The root of the tree over the pages as they are now. */
  root(memory: Uint8Array): Uint8Array
}

export function createMemoryWatch({ sha256, isEqual }: PageTools): MemoryWatch {
  const shadow: (Uint8Array | undefined)[] = []
  const tree = createMemoryTree()

  return {
    root(memory) {
      const pages = memory.length / pageBytes
      for (let page = 0; page < pages; page++) {
        const bytes = memory.subarray(page * pageBytes, (page + 1) * pageBytes)
        const seen = shadow[page]
        if (isEqual(bytes, seen ?? zeroPage)) continue
        const copy = seen ?? allocate(pageBytes)
        copy.set(bytes)
        shadow[page] = copy
        tree.set(page, sha256(copy))
      }
      return tree.root()
    },
  }
}

const zeroPage = new Uint8Array(pageBytes)
