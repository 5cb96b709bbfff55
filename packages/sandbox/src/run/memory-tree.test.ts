import { sha256 } from '@noble/hashes/sha2.js'
import { concatBytes } from '@noble/hashes/utils.js'
import { leafHash, merkleRoot } from '@vcp/protocol'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { propertyRuns } from '../testing/property.ts'
import { blockBytes, blocksPerPage, createMemoryTree, pageBytes } from './memory-tree.ts'
import { createMemoryWatch } from './memory-watch.ts'
import { portablePageTools } from './page-tools.ts'

const zeroBlock = sha256(new Uint8Array(blockBytes))

/** The digest of a memory by its definition, from the digests of all its blocks. */
function rootOf(blocks: readonly Uint8Array[]): Uint8Array {
  const pages: Uint8Array[] = []
  for (let at = 0; at < blocks.length; at += blocksPerPage) {
    pages.push(leafHash(concatBytes(...blocks.slice(at, at + blocksPerPage))))
  }
  const zeroPage = leafHash(concatBytes(...new Array(blocksPerPage).fill(zeroBlock)))
  while (!Number.isInteger(Math.log2(pages.length))) pages.push(zeroPage)
  return merkleRoot(pages)
}

describe('the tree of a memory', () => {
  test.each([1, 2, 3, 4, 5, 31, 32, 33, 200])('is the complete tree over %d pages', (pages) => {
    const blocks: Uint8Array[] = new Array(pages * blocksPerPage).fill(zeroBlock)
    const tree = createMemoryTree()
    for (const block of [0, 1, 15, 16, 300, blocks.length - 1]) {
      if (block >= blocks.length) continue
      blocks[block] = sha256(Uint8Array.of(block & 255))
      tree.set(block, blocks[block]!)
    }

    expect(tree.root(pages)).toEqual(rootOf(blocks))
  })

  test('of nothing is that of zeros', () => {
    expect(createMemoryTree().root(1)).toEqual(rootOf(new Array(16).fill(zeroBlock)))
    expect(createMemoryTree().root(8)).toEqual(rootOf(new Array(8 * 16).fill(zeroBlock)))
  })

  test('grows with the memory, whatever has changed meanwhile', () => {
    const step = fc.record({
      grow: fc.integer({ min: 0, max: 9 }),
      writes: fc.array(fc.nat(400), { maxLength: 4 }),
    })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 8 }), (steps) => {
        const tree = createMemoryTree()
        const blocks: Uint8Array[] = new Array(blocksPerPage).fill(zeroBlock)
        for (const { grow, writes } of steps) {
          for (let i = 0; i < grow * blocksPerPage; i++) blocks.push(zeroBlock)
          for (const write of writes) {
            const block = write % blocks.length
            blocks[block] = sha256(Uint8Array.of(write & 255))
            tree.set(block, blocks[block]!)
          }
          expect(tree.root(blocks.length / blocksPerPage)).toEqual(rootOf(blocks))
        }
      }),
      { numRuns: Math.ceil(propertyRuns / 4) },
    )
  })

  test('does not depend on the order, nor on when it is looked at', () => {
    const change = fc.tuple(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 0, max: 3 }))
    fc.assert(
      fc.property(fc.array(change, { maxLength: 30 }), (changes) => {
        const [watched, unwatched] = [createMemoryTree(), createMemoryTree()]
        for (const [page, content] of changes) {
          watched.set(page, sha256(Uint8Array.of(content)))
          watched.root(3)
        }
        const final = new Map(changes)
        for (const [page, content] of final) unwatched.set(page, sha256(Uint8Array.of(content)))

        expect(watched.root(3)).toEqual(unwatched.root(3))
      }),
      { numRuns: propertyRuns },
    )
  })
})

describe('a watched memory', () => {
  test('is hashed by the block, and only where it changed', () => {
    const hashed: number[] = []
    const watch = createMemoryWatch({
      ...portablePageTools,
      sha256(bytes) {
        if (bytes.length === blockBytes) hashed.push(bytes[0]!)
        return sha256(bytes)
      },
    })
    const memory = new Uint8Array(new SharedArrayBuffer(5 * pageBytes))
    memory[pageBytes] = 1
    memory[3 * pageBytes + 2 * blockBytes] = 3

    watch.root(memory)
    expect(hashed).toEqual([1, 3])
    watch.root(memory)
    expect(hashed).toEqual([1, 3])
    memory[pageBytes + blockBytes - 1] = 9
    watch.root(memory)
    expect(hashed).toEqual([1, 3, 1])
  })

  test('shows a change of any single byte, and that it was taken back', () => {
    const memory = new Uint8Array(new SharedArrayBuffer(2 * pageBytes))
    const watch = createMemoryWatch(portablePageTools)
    const empty = watch.root(memory)
    for (let at = 0; at < memory.length; at += 4_099) {
      memory[at] = 0x80
      expect(watch.root(memory)).not.toEqual(empty)
      memory[at] = 0
      expect(watch.root(memory)).toEqual(empty)
    }
  })
})
