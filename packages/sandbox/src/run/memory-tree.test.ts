import { sha256 } from '@noble/hashes/sha2.js'
import { merkleRoot, nodeHash } from '@vcp/protocol'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { nativePageTools } from '../child/native-page-tools.ts'
import { propertyRuns } from '../testing/property.ts'
import { blockBytes, createMemoryTree, pageBytes } from './memory-tree.ts'
import { createMemoryWatch } from './memory-watch.ts'
import { portablePageTools } from './page-tools.ts'

const zeroBlock = sha256(new Uint8Array(blockBytes))

describe('the tree of a memory', () => {
  test('is the complete tree over all blocks that a memory can have', () => {
    const blocks: Uint8Array[] = new Array(2 ** 20).fill(zeroBlock)
    const tree = createMemoryTree()
    for (const block of [0, 1, 5, 300, 2 ** 20 - 1]) {
      blocks[block] = sha256(Uint8Array.of(block & 255))
      tree.set(block, blocks[block]!)
    }

    const expected = merkleRoot(blocks, nativePageTools.sha256)
    expect(tree.root()).toEqual(Uint8Array.from(expected))
  })

  test('of nothing is that of zeros', () => {
    let root: Uint8Array = zeroBlock
    for (let level = 0; level < 20; level++) root = nodeHash(root, root)

    expect(createMemoryTree().root()).toEqual(root)
  })

  test('does not depend on the order, nor on when it is looked at', () => {
    const change = fc.tuple(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 0, max: 3 }))
    fc.assert(
      fc.property(fc.array(change, { maxLength: 30 }), (changes) => {
        const [watched, unwatched] = [createMemoryTree(), createMemoryTree()]
        for (const [page, content] of changes) {
          watched.set(page, sha256(Uint8Array.of(content)))
          watched.root()
        }
        const final = new Map(changes)
        for (const [page, content] of final) unwatched.set(page, sha256(Uint8Array.of(content)))

        expect(watched.root()).toEqual(unwatched.root())
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
