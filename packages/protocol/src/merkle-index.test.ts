import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  consistencyPath,
  consistencyProof,
  inclusionPath,
  inclusionProof,
  leafHash,
} from './merkle.ts'
import { blockLeaves, createMerkleIndex, type LeafBlock } from './merkle-index.ts'
import { propertyRuns } from './testing/property.ts'

const numRuns = propertyRuns
const most = 1_900
const hashes = Array.from({ length: most }, (_, i) => leafHash(Uint8Array.of(i >> 8, i & 255)))
const blockOf: LeafBlock = (block) => hashes.slice(block * blockLeaves, (block + 1) * blockLeaves)

function indexOf(size: number) {
  const index = createMerkleIndex()
  index.append(hashes.slice(0, size))
  return index
}
const whole = indexOf(most)

/** The blocks that a proof asked for, in order. */
function watched() {
  const asked: number[] = []
  const leafBlock: LeafBlock = (block) => {
    asked.push(block)
    return blockOf(block)
  }
  return { asked, hashOf: whole.subtreeHash(leafBlock) }
}

const edges = fc.constantFrom(1, 2, 255, 256, 257, 511, 512, 513, 1_024, 1_025, most)
const someSize = fc.oneof(edges, fc.integer({ min: 1, max: most }))

describe('the index of a log', () => {
  test('serves the same proofs of inclusion as all the leaf hashes do', () => {
    const places = someSize.chain((size) => fc.tuple(fc.constant(size), fc.nat(size - 1)))
    fc.assert(
      fc.property(places, ([size, index]) => {
        const { asked, hashOf } = watched()
        const path = inclusionPath(index, size, hashOf)
        expect(path).toEqual(inclusionProof(hashes.slice(0, size), index))
        const allowed = new Set([index, size - 1].map((leaf) => Math.floor(leaf / blockLeaves)))
        expect(asked.length).toBeLessThanOrEqual(allowed.size)
        for (const block of asked) expect(allowed).toContain(block)
      }),
      { numRuns },
    )
  })

  test('serves the same proofs of consistency as all the leaf hashes do', () => {
    const pairs = someSize.chain((size) => fc.tuple(fc.constant(size), fc.nat(size)))
    fc.assert(
      fc.property(pairs, ([newSize, oldSize]) => {
        const { asked, hashOf } = watched()
        const path = consistencyPath(oldSize, newSize, hashOf)
        expect(path).toEqual(consistencyProof(hashes.slice(0, newSize), oldSize))
        const ends = [Math.max(0, oldSize - 1), newSize - 1]
        const allowed = new Set(ends.map((leaf) => Math.floor(leaf / blockLeaves)))
        expect(asked.length).toBeLessThanOrEqual(allowed.size)
        for (const block of asked) expect(allowed).toContain(block)
      }),
      { numRuns },
    )
  })

  test('is rebuilt from its blocks and the leaves after them', () => {
    for (const size of [0, 1, 255, 256, 257, 1_000, 1_536, most]) {
      const stored = indexOf(size).blocks
      const rebuilt = createMerkleIndex(stored)
      rebuilt.append(hashes.slice(stored.length * blockLeaves, size))
      expect(rebuilt.size).toBe(size)
      rebuilt.append(hashes.slice(size))
      expect(rebuilt.blocks).toEqual(whole.blocks)
      const path = inclusionPath(700, most, rebuilt.subtreeHash(blockOf))
      expect(path).toEqual(inclusionPath(700, most, whole.subtreeHash(blockOf)))
    }
  })

  test('grows by whole blocks as well as by leaves, but not by a block within a block', () => {
    const grown = createMerkleIndex(whole.blocks.slice(0, 3))
    for (const root of whole.blocks.slice(3)) grown.appendBlock(root)
    grown.append(hashes.slice(grown.size))
    const path = inclusionPath(700, most, grown.subtreeHash(blockOf))
    expect(path).toEqual(inclusionPath(700, most, whole.subtreeHash(blockOf)))
    expect(() => grown.appendBlock(whole.blocks[0]!)).toThrow(RangeError)
  })

  test('says so where it or its store does not have the leaves', () => {
    const index = indexOf(1_000)
    const hashOf = index.subtreeHash(blockOf)
    expect(() => inclusionPath(0, 1_280, hashOf)).toThrow('no leaves 1024 to 1280 in the log')
    const short: LeafBlock = (block) => blockOf(block).slice(0, 100)
    expect(() => inclusionPath(0, 1_000, index.subtreeHash(short))).toThrow(RangeError)
  })

  test('counts its leaves and its complete blocks', () => {
    expect(whole.size).toBe(most)
    expect(whole.blocks).toHaveLength(Math.floor(most / blockLeaves))
  })
})
