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
import { mth, path, proof as proofOf, shape } from './testing/rfc6962.ts'

const numRuns = propertyRuns
const { reference_tree: reference, public_logs: publicLogs } = rfc6962
const bytesOf = (hashes: readonly string[]) => hashes.map((hash) => hexToBytes(hash))
const published = reference.leaves.map((leaf) => hexToBytes(leaf))
const publishedRoot = (size: number) => hexToBytes(reference.roots[size]!)

/** `size` leaves, no two alike. */
function leavesOf(size: number): Uint8Array[] {
  return Array.from({ length: size }, (_, i) => Uint8Array.of(i >> 8, i & 255, ...Array(i % 5)))
}
const leaves = leavesOf(300)
const hashes = leaves.map(leafHash)
const roots = Array.from({ length: 301 }, (_, size) => merkleRoot(hashes.slice(0, size)))

describe('the Merkle tree', () => {
  test.each(reference.roots.map((root, size) => ({ size, root })))(
    'has the published root over $size leaves',
    ({ size, root }) => {
      expect(bytesToHex(merkleRoot(published.slice(0, size).map(leafHash)))).toBe(root)
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
      const proof = inclusionProof(published.slice(0, size).map(leafHash), index)
      expect(proof.map(bytesToHex)).toEqual(expected)
      const claim = { leafHash: leafHash(published[index]!), index, size, proof }
      expect(verifyInclusion({ ...claim, root: publishedRoot(size) })).toBe(true)
    },
  )

  test.each(reference.consistency)(
    'makes and takes the published proof from $old_size to $new_size leaves',
    ({ old_size: oldSize, new_size: newSize, hashes: expected }) => {
      const proof = consistencyProof(published.slice(0, newSize).map(leafHash), oldSize)
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
      const leafHashes = d.map(leafHash)
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

const flip = (bytes: Uint8Array, bit: number) =>
  bytes.map((byte, i) => (i === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte))

/** A path that is not the given one: shorter, longer, changed in a bit, or in another order. */
function forgedPath(path: readonly Uint8Array[]): fc.Arbitrary<Uint8Array[]> {
  const at = fc.nat(Math.max(0, path.length - 1))
  const extra = fc.oneof(fc.uint8Array({ minLength: 32, maxLength: 32 }), fc.nat(300).map(rootAt))
  const forgeries = [
    fc.tuple(extra, fc.nat(path.length)).map(([hash, i]) => path.toSpliced(i, 0, hash)),
  ]
  if (path.length > 0) {
    forgeries.push(
      at.map((i) => path.toSpliced(i, 1)),
      at.map((i) => path.toSpliced(i, 0, path[i]!)),
      fc.tuple(at, fc.nat(255)).map(([i, bit]) => path.with(i, flip(path[i]!, bit))),
      fc.tuple(at, fc.nat(33)).map(([i, size]) => path.with(i, path[i]!.slice(0, size % 32))),
    )
  }
  if (path.length > 1) {
    forgeries.push(
      fc.nat(path.length - 2).map((i) => path.with(i, path[i + 1]!).with(i + 1, path[i]!)),
    )
  }
  return fc.oneof(...forgeries)
}
const rootAt = (size: number) => roots[size]!

const inclusion = fc.integer({ min: 1, max: 300 }).chain((size) =>
  fc.nat(size - 1).map((index) => {
    const proof = inclusionProof(hashes.slice(0, size), index)
    return { leafHash: hashes[index]!, index, size, proof, root: rootAt(size) }
  }),
)

describe('a proof of inclusion', () => {
  test('verifies where it is honest', () => {
    fc.assert(
      fc.property(inclusion, (claim) => verifyInclusion(claim)),
      { numRuns },
    )
  })

  test('never verifies for another leaf, another index or another root', () => {
    fc.assert(
      fc.property(inclusion, fc.nat(299), fc.nat(255), (claim, other, bit) => {
        if (other !== claim.index) {
          expect(verifyInclusion({ ...claim, leafHash: hashes[other]! })).toBe(false)
          expect(verifyInclusion({ ...claim, index: other })).toBe(false)
        }
        expect(verifyInclusion({ ...claim, root: flip(claim.root, bit) })).toBe(false)
        expect(verifyInclusion({ ...claim, leafHash: flip(claim.leafHash, bit) })).toBe(false)
      }),
      { numRuns },
    )
  })

  test('never verifies under the head of the log at another size', () => {
    fc.assert(
      fc.property(inclusion, fc.nat(300), (claim, size) => {
        fc.pre(size !== claim.size)
        expect(verifyInclusion({ ...claim, size, root: rootAt(size) })).toBe(false)
        expect(verifyInclusion({ ...claim, root: rootAt(size) })).toBe(false)
      }),
      { numRuns },
    )
  })

  test('tells sizes apart by its shape alone, which is why heads come signed', () => {
    fc.assert(
      fc.property(inclusion, fc.nat(2 ** 52), fc.boolean(), (claim, far, isNear) => {
        const size = isNear ? far % 600 : far
        const sameShape =
          claim.index < size && shape(claim.index, size) === shape(claim.index, claim.size)
        expect(verifyInclusion({ ...claim, size })).toBe(sameShape)
      }),
      { numRuns },
    )
  })

  test('never verifies with a path cut, stretched, changed or reordered', () => {
    const forged = inclusion.chain((claim) =>
      forgedPath(claim.proof).map((proof) => ({ ...claim, proof })),
    )
    fc.assert(
      fc.property(forged, (claim) => !verifyInclusion(claim)),
      { numRuns },
    )
  })
})

const consistency = fc.nat(300).chain((newSize) =>
  fc.nat(newSize).map((oldSize) => {
    const proof = consistencyProof(hashes.slice(0, newSize), oldSize)
    return { oldSize, newSize, oldRoot: rootAt(oldSize), newRoot: rootAt(newSize), proof }
  }),
)

describe('a proof of consistency', () => {
  test('verifies where it is honest', () => {
    fc.assert(
      fc.property(consistency, (claim) => verifyConsistency(claim)),
      { numRuns },
    )
  })

  test('never verifies for another old tree', () => {
    fc.assert(
      fc.property(consistency, fc.nat(300), fc.nat(255), (claim, size, bit) => {
        expect(verifyConsistency({ ...claim, oldRoot: flip(claim.oldRoot, bit) })).toBe(false)
        fc.pre(size !== claim.oldSize && size !== 0)
        // The empty proof also says that a tree continues itself.
        fc.pre(size !== claim.newSize || claim.proof.length > 0)
        const oldRoot = rootAt(size)
        expect(verifyConsistency({ ...claim, oldRoot })).toBe(false)
        expect(verifyConsistency({ ...claim, oldRoot, oldSize: size })).toBe(false)
      }),
      { numRuns },
    )
  })

  test('never verifies for another new tree, unless the old one is empty', () => {
    const grown = consistency.filter(({ oldSize }) => oldSize > 0)
    fc.assert(
      fc.property(grown, fc.nat(300), fc.nat(255), (claim, size, bit) => {
        expect(verifyConsistency({ ...claim, newRoot: flip(claim.newRoot, bit) })).toBe(false)
        fc.pre(size !== claim.newSize)
        const newRoot = rootAt(size)
        expect(verifyConsistency({ ...claim, newRoot })).toBe(false)
        expect(verifyConsistency({ ...claim, newRoot, newSize: size })).toBe(false)
      }),
      { numRuns },
    )
  })

  test('never verifies for a log that changed one old leaf', () => {
    const rewritten = fc.integer({ min: 1, max: 300 }).chain((newSize) =>
      fc.integer({ min: 1, max: newSize }).chain((oldSize) =>
        fc.nat(oldSize - 1).map((changed) => {
          const after = hashes.slice(0, newSize).with(changed, leafHash(new Uint8Array(9)))
          const proof = consistencyProof(after, oldSize)
          const newRoot = merkleRoot(after)
          return { oldSize, newSize, oldRoot: rootAt(oldSize), newRoot, proof }
        }),
      ),
    )
    fc.assert(
      fc.property(rewritten, (claim) => !verifyConsistency(claim)),
      { numRuns },
    )
  })

  test('never verifies with a path cut, stretched, changed or reordered', () => {
    const forged = consistency.chain((claim) =>
      forgedPath(claim.proof).map((proof) => ({ ...claim, proof })),
    )
    fc.assert(
      fc.property(forged, (claim) => !verifyConsistency(claim)),
      { numRuns },
    )
  })

  test('is empty from the empty tree, whose root is the hash of nothing', () => {
    const [empty, some] = [rootAt(0), rootAt(5)]
    const claim = { oldSize: 0, oldRoot: empty, proof: [] }
    expect(consistencyProof(hashes.slice(0, 5), 0)).toEqual([])
    expect(verifyConsistency({ ...claim, newSize: 5, newRoot: some })).toBe(true)
    expect(verifyConsistency({ ...claim, newSize: 0, newRoot: empty })).toBe(true)
    expect(verifyConsistency({ ...claim, newSize: 0, newRoot: some })).toBe(false)
    expect(verifyConsistency({ ...claim, oldRoot: some, newSize: 5, newRoot: some })).toBe(false)
    expect(verifyConsistency({ ...claim, oldRoot: some, newSize: 0, newRoot: some })).toBe(false)
    expect(verifyConsistency({ ...claim, newSize: 5, newRoot: some, proof: [some] })).toBe(false)
  })

  test('is empty between equal sizes, which have equal roots', () => {
    const [five, six] = [rootAt(5), rootAt(6)]
    const claim = { oldSize: 5, newSize: 5, proof: [] }
    expect(consistencyProof(hashes.slice(0, 5), 5)).toEqual([])
    expect(verifyConsistency({ ...claim, oldRoot: five, newRoot: five })).toBe(true)
    expect(verifyConsistency({ ...claim, oldRoot: five, newRoot: six })).toBe(false)
    expect(verifyConsistency({ ...claim, oldRoot: five, newRoot: five, proof: [six] })).toBe(false)
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

const anyNumber = fc.oneof(
  fc.constantFrom(0, 1, -1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, -0, 2 ** 53, 2 ** 53 - 1),
  fc.maxSafeNat(),
  fc.nat(9),
  fc.double(),
)
const anyBytes = fc.oneof(
  fc.uint8Array({ minLength: 32, maxLength: 32 }),
  fc.uint8Array({ maxLength: 70 }),
  fc.constant(roots[0]!),
)

describe('verification', () => {
  test('answers every claim, however hostile, with a plain no', () => {
    const proofs = fc.array(anyBytes, { maxLength: 100 })
    const claims = fc.tuple(anyNumber, anyNumber, proofs, anyBytes, anyBytes)
    fc.assert(
      fc.property(claims, ([low, high, proof, one, two]) => {
        const inTree = { leafHash: one, index: low, size: high, proof, root: two }
        const isLoneLeaf = low === 0 && high === 1 && proof.length === 0
        if (!isLoneLeaf) expect(verifyInclusion(inTree)).toBe(false)
        const ends = { oldSize: low, newSize: high, oldRoot: one, newRoot: two, proof }
        const isTrivial = proof.length === 0 && (low === high || low === 0)
        if (!isTrivial) expect(verifyConsistency(ends)).toBe(false)
      }),
      { numRuns },
    )
  })

  test('refuses a path longer than any tree is deep before it hashes anything', () => {
    const proof = Array<Uint8Array>(65).fill(roots[1]!)
    const claim = { leafHash: roots[1]!, root: roots[1]!, index: 0, size: 2 ** 53 - 1, proof }
    expect(verifyInclusion(claim)).toBe(false)
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
