import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  consistencyProof,
  inclusionProof,
  leafHash,
  merkleRoot,
  verifyConsistency,
  verifyInclusion,
} from './merkle.ts'
import { propertyRuns } from './testing/property.ts'
import { shape } from './testing/rfc6962.ts'
import { flip, hashes, roots } from './testing/sample-log.ts'

const numRuns = propertyRuns

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
      at.map((i) => path.with(i, Uint8Array.of(...path[i]!, 7))),
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

  const anyPlace = fc
    .oneof(fc.integer({ min: 1, max: 9 }), fc.nat(600), fc.nat(2 ** 52))
    .chain((size) => fc.tuple(fc.nat(size), fc.constant(size)))

  test('tells places apart by its shape alone, which is why heads come signed', () => {
    fc.assert(
      fc.property(inclusion, anyPlace, (claim, [index, size]) => {
        for (const at of [index, claim.index]) {
          const sameShape = at < size && shape(at, size) === shape(claim.index, claim.size)
          expect(verifyInclusion({ ...claim, index: at, size })).toBe(sameShape)
        }
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
    const sizes = fc.oneof(fc.tuple(fc.nat(9), fc.nat(9)), fc.tuple(anyNumber, anyNumber))
    const proofs = fc.array(anyBytes, { maxLength: 100 })
    const claims = fc.tuple(sizes, proofs, anyBytes, anyBytes)
    fc.assert(
      fc.property(claims, ([[low, high], proof, one, two]) => {
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

  test('takes nothing but hashes of 32 bytes', () => {
    const short = Uint8Array.of(1, 2, 3)
    const alone = { index: 0, size: 1, proof: [] }
    expect(verifyInclusion({ ...alone, leafHash: short, root: short })).toBe(false)
    const same = { oldSize: 1, newSize: 1, proof: [] }
    expect(verifyConsistency({ ...same, oldRoot: short, newRoot: short })).toBe(false)
  })

  test('looks at no more of a path than the deepest tree has', () => {
    let looks = 0
    const proof = new Proxy(Array<Uint8Array>(1_000).fill(roots[1]!), {
      get(target, key, receiver) {
        if (typeof key === 'string' && /^[0-9]+$/.test(key)) looks += 1
        return Reflect.get(target, key, receiver)
      },
    })
    const claim = { leafHash: roots[1]!, root: roots[1]!, index: 0, size: 2 ** 53 - 1, proof }
    expect(verifyInclusion(claim)).toBe(false)
    expect(looks).toBe(54)
  })
})
