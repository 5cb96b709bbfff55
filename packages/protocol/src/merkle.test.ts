import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import rfc6962 from '../vectors/published/rfc6962.json' with { type: 'json' }
import {
  ConsistencyProof,
  consistencyPath,
  consistencyProof,
  InclusionProof,
  inclusionPath,
  inclusionProof,
  leafHash,
  merkleRoot,
  nodeHash,
  type SubtreeHash,
  verifyConsistency,
  verifyInclusion,
} from './merkle.ts'
import { hostile } from './testing/arbitraries.ts'
import { propertyRuns } from './testing/property.ts'
import { mth, path, proof as proofOf } from './testing/rfc6962.ts'
import { flip, leaves, roots } from './testing/sample-log.ts'

const numRuns = propertyRuns
const { reference_tree: reference, public_logs: publicLogs } = rfc6962
const bytesOf = (hashes: readonly string[]) => hashes.map((hash) => hexToBytes(hash))
const published = reference.leaves.map((leaf) => hexToBytes(leaf))
const publishedRoot = (size: number) => hexToBytes(reference.roots[size]!)

describe('the Merkle tree', () => {
  test.each(reference.roots.map((root, size) => ({ size, root })))(
    'has the published root over $size leaves',
    ({ size, root }) => {
      expect(bytesToHex(merkleRoot(published.slice(0, size).map((leaf) => leafHash(leaf))))).toBe(
        root,
      )
    },
  )

  test('hashes leaves and nodes apart, as published', () => {
    expect(bytesToHex(leafHash(new Uint8Array()))).toBe(reference.roots[1])
    const left = hexToBytes(reference.roots[1]!)
    const right = hexToBytes(reference.inclusion[1]!.hashes[0]!)
    expect(bytesToHex(nodeHash(left, right))).toBe(reference.roots[2])
    expect(leafHash(Uint8Array.of(...left, ...right))).not.toEqual(nodeHash(left, right))
  })

  test.each(reference.inclusion)(
    'makes and takes the published proof of leaf $leaf_index of $tree_size',
    ({ leaf_index: index, tree_size: size, hashes: expected }) => {
      const proof = inclusionProof(
        published.slice(0, size).map((leaf) => leafHash(leaf)),
        index,
      )
      expect(proof.map(bytesToHex)).toEqual(expected)
      const claim = { leafHash: leafHash(published[index]!), index, size, proof }
      expect(verifyInclusion({ ...claim, root: publishedRoot(size) })).toBe(true)
    },
  )

  test.each(reference.consistency)(
    'makes and takes the published proof from $old_size to $new_size leaves',
    ({ old_size: oldSize, new_size: newSize, hashes: expected }) => {
      const proof = consistencyProof(
        published.slice(0, newSize).map((leaf) => leafHash(leaf)),
        oldSize,
      )
      expect(proof.map(bytesToHex)).toEqual(expected)
      const ends = { oldRoot: publishedRoot(oldSize), newRoot: publishedRoot(newSize) }
      expect(verifyConsistency({ oldSize, newSize, ...ends, proof })).toBe(true)
    },
  )

  test.each(publicLogs)('takes a proof of a public log: $source', (entry) => {
    const { leaf_index: index, tree_size: size } = entry.proof
    const claim = { index, size, root: hexToBytes(entry.root_hash) }
    const proof = bytesOf(entry.proof.hashes)
    const leaf = hexToBytes(entry.leaf_hash)
    expect(verifyInclusion({ ...claim, leafHash: leaf, proof })).toBe(true)
    expect(verifyInclusion({ ...claim, index: index - 1, leafHash: leaf, proof })).toBe(false)
    expect(verifyInclusion({ ...claim, leafHash: flip(leaf, 255), proof })).toBe(false)
  })

  test('is the one that the RFC defines, and so are its proofs', () => {
    for (let size = 0; size <= 20; size++) {
      const d = leaves.slice(0, size)
      const leafHashes = d.map((leaf) => leafHash(leaf))
      expect(merkleRoot(leafHashes)).toEqual(mth(d))
      for (let m = 0; m < size; m++) expect(inclusionProof(leafHashes, m)).toEqual(path(m, d))
      for (let m = 1; m <= size; m++) expect(consistencyProof(leafHashes, m)).toEqual(proofOf(m, d))
    }
    for (const size of [63, 64, 65, 255, 256, 257, 300]) {
      expect(roots[size]).toEqual(mth(leaves.slice(0, size)))
    }
  })

  test('has no proof of what it does not hold', () => {
    const none: SubtreeHash = () => roots[0]!
    expect(() => inclusionPath(0, 0, none)).toThrow(RangeError)
    expect(() => inclusionPath(3, 3, none)).toThrow(RangeError)
    expect(() => inclusionPath(-1, 3, none)).toThrow(RangeError)
    expect(() => inclusionPath(0.5, 3, none)).toThrow(RangeError)
    expect(() => inclusionPath(0, 2 ** 53, none)).toThrow(RangeError)
    expect(() => consistencyPath(4, 3, none)).toThrow(RangeError)
    expect(() => consistencyPath(-1, 3, none)).toThrow(RangeError)
  })
})

/** A tree of any size whose leaves are all alike but one. */
function sparseTree(special: number): SubtreeHash {
  const alike = new Map([[1, leafHash(Uint8Array.of(0))]])
  function alikeOf(width: number): Uint8Array {
    const left = leftOf(width)
    const root = alike.get(width) ?? nodeHash(alikeOf(left), alikeOf(width - left))
    alike.set(width, root)
    return root
  }
  return function hashOf(start, end): Uint8Array {
    if (special < start || special >= end) return alikeOf(end - start)
    if (end - start === 1) return leafHash(Uint8Array.of(1))
    const middle = start + leftOf(end - start)
    return nodeHash(hashOf(start, middle), hashOf(middle, end))
  }
}
const leftOf = (width: number) => 2 ** ((width - 1).toString(2).length - 1)

const hugeSize = fc.oneof(
  fc.constantFrom(2 ** 31, 2 ** 31 + 1, 2 ** 32, 2 ** 32 + 1, 2 ** 52 + 1, 2 ** 53 - 1),
  fc.integer({ min: 2 ** 31, max: 2 ** 53 - 1 }),
)

describe('proofs of trees beyond 2^31 leaves', () => {
  test('verify where they are honest, and nowhere else', () => {
    const claims = hugeSize.chain((size) => fc.tuple(fc.constant(size), fc.nat(size - 1)))
    fc.assert(
      fc.property(claims, ([size, index]) => {
        const hashOf = sparseTree(index)
        const proof = inclusionPath(index, size, hashOf)
        const leaf = { leafHash: leafHash(Uint8Array.of(1)), root: hashOf(0, size) }
        expect(verifyInclusion({ ...leaf, index, size, proof })).toBe(true)
        for (const other of [index - 1, index + 1, index % 2 ** 32, size - 1 - index]) {
          const isHere = other === index
          expect(verifyInclusion({ ...leaf, index: other, size, proof })).toBe(isHere)
        }
        expect(verifyInclusion({ ...leaf, index, size, proof: proof.slice(1) })).toBe(false)
      }),
      { numRuns },
    )
  })

  test('show that they only grew', () => {
    const claims = hugeSize.chain((size) =>
      fc.record({
        newSize: fc.constant(size),
        oldSize: fc.integer({ min: 1, max: size - 1 }),
        special: fc.nat(size - 1),
      }),
    )
    fc.assert(
      fc.property(claims, ({ oldSize, newSize, special }) => {
        const hashOf = sparseTree(special)
        const proof = consistencyPath(oldSize, newSize, hashOf)
        const sizes = { oldSize, newSize, newRoot: hashOf(0, newSize), proof }
        expect(verifyConsistency({ ...sizes, oldRoot: hashOf(0, oldSize) })).toBe(true)
        const rewritten = sparseTree((oldSize - 1 + special) % oldSize)(0, oldSize)
        fc.pre(special >= oldSize || (oldSize - 1 + special) % oldSize !== special)
        expect(verifyConsistency({ ...sizes, oldRoot: rewritten })).toBe(false)
      }),
      { numRuns },
    )
  })
})

describe('the schemas of proofs', () => {
  test('take what the wire carries and refuse what no tree has', () => {
    const digests = rfc6962.reference_tree.inclusion[1]!.hashes
    expect(InclusionProof.safeParse(reference.inclusion[1]).success).toBe(true)
    expect(ConsistencyProof.safeParse(reference.consistency[1]).success).toBe(true)
    const inTree = { leaf_index: 0, tree_size: 8, hashes: digests }
    const between = { old_size: 1, new_size: 8, hashes: digests }
    for (const change of [
      { leaf_index: 8 },
      { leaf_index: -1 },
      { tree_size: 2 ** 53 },
      { tree_size: 7.5 },
      { hashes: [digests[0]!.toUpperCase()] },
      { hashes: [digests[0]!.slice(2)] },
      { hashes: Array(65).fill(digests[0]) },
      { more: 1 },
    ]) {
      expect(InclusionProof.safeParse({ ...inTree, ...change }).success).toBe(false)
    }
    for (const change of [{ old_size: 9 }, { new_size: -1 }, { hashes: 'none' }, { more: 1 }]) {
      expect(ConsistencyProof.safeParse({ ...between, ...change }).success).toBe(false)
    }
  })

  test('answer any value without throwing', () => {
    fc.assert(
      fc.property(hostile, (value) => {
        expect(InclusionProof.safeParse(value).success).toBe(false)
        expect(ConsistencyProof.safeParse(value).success).toBe(false)
      }),
      { numRuns },
    )
  })
})
