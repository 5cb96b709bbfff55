import { hexToBytes } from '@noble/hashes/utils.js'
import { describe, expect, test } from 'vitest'
import vectors from '../vectors/merkle.json' with { type: 'json' }
import {
  ConsistencyProof,
  consistencyProof,
  InclusionProof,
  inclusionProof,
  leafHash,
  merkleRoot,
} from './merkle.ts'
import { merkleVectors } from './testing/log-vectors.ts'
import { checkConsistency, checkInclusion, type TreeHead, toDigests } from './tree-head.ts'

const leaves = Array.from({ length: 20 }, (_, i) => Uint8Array.of(i))
const hashes = leaves.map((leaf) => leafHash(leaf))
const headOf = (treeSize: number): TreeHead => {
  const [rootHash] = toDigests([merkleRoot(hashes.slice(0, treeSize))])
  return { treeSize, rootHash: rootHash! }
}
const inclusionOf = (index: number, size: number): InclusionProof => ({
  leaf_index: index,
  tree_size: size,
  hashes: toDigests(inclusionProof(hashes.slice(0, size), index)),
})
const consistencyOf = (oldSize: number, newSize: number): ConsistencyProof => ({
  old_size: oldSize,
  new_size: newSize,
  hashes: toDigests(consistencyProof(hashes.slice(0, newSize), oldSize)),
})

describe('the head of a log', () => {
  test('takes the proof of each of its leaves', () => {
    for (let size = 1; size <= leaves.length; size++) {
      for (let index = 0; index < size; index++) {
        const proof = InclusionProof.parse(inclusionOf(index, size))
        expect(checkInclusion(proof, leaves[index]!, headOf(size))).toEqual({
          ok: true,
          value: null,
        })
      }
    }
  })

  test('takes no proof of another leaf, index or size', () => {
    for (let size = 1; size <= 10; size++) {
      for (let index = 0; index < size; index++) {
        const proof = inclusionOf(index, size)
        for (let other = 0; other < leaves.length; other++) {
          const verdicts = [
            other !== index && checkInclusion(proof, leaves[other]!, headOf(size)),
            other !== index &&
              checkInclusion({ ...proof, leaf_index: other }, leaves[index]!, headOf(size)),
            other !== size &&
              checkInclusion({ ...proof, tree_size: other }, leaves[index]!, headOf(size)),
            other !== size && checkInclusion(proof, leaves[index]!, headOf(other)),
            other !== size &&
              checkInclusion(proof, leaves[index]!, { ...headOf(size), treeSize: other }),
          ]
          for (const verdict of verdicts) {
            if (verdict) expect(verdict).toMatchObject({ ok: false, code: 'PROOF_INVALID' })
          }
        }
      }
    }
  })

  test('takes no hash of an inner node for a leaf', () => {
    const inner = Uint8Array.of(...hashes[0]!, ...hashes[1]!)
    const forged = { leaf_index: 0, tree_size: 2, hashes: inclusionOf(0, 4).hashes.slice(1) }
    expect(checkInclusion(forged, inner, { ...headOf(4), treeSize: 2 }).ok).toBe(false)
  })

  test('continues every older head, and only these', () => {
    for (let newSize = 0; newSize <= 12; newSize++) {
      for (let oldSize = 0; oldSize <= newSize; oldSize++) {
        const proof = ConsistencyProof.parse(consistencyOf(oldSize, newSize))
        const [older, newer] = [headOf(oldSize), headOf(newSize)]
        expect(checkConsistency(proof, older, newer)).toEqual({ ok: true, value: null })
        for (let other = 0; other <= 12; other++) {
          const claims = [
            other !== oldSize && checkConsistency(proof, headOf(other), newer),
            other !== newSize && checkConsistency(proof, older, headOf(other)),
            other !== oldSize && checkConsistency(proof, { ...older, treeSize: other }, newer),
            other !== newSize && checkConsistency(proof, older, { ...newer, treeSize: other }),
            other !== oldSize && checkConsistency({ ...proof, old_size: other }, older, newer),
            other !== newSize && checkConsistency({ ...proof, new_size: other }, older, newer),
          ]
          for (const claim of claims) {
            if (claim) expect(claim).toMatchObject({ ok: false, code: 'PROOF_INVALID' })
          }
        }
      }
    }
  })
})

describe('the golden proofs', () => {
  test('are what this code makes of the same leaves', () => {
    expect(merkleVectors()).toEqual(vectors)
  })

  const headAt = (treeSize: number) =>
    ({ treeSize, rootHash: vectors.roots[treeSize]! }) as TreeHead
  const leafAt = (index: number) => hexToBytes(vectors.leaves[index]!)

  test.each(vectors.inclusion)('of leaf $leaf_index in $tree_size are taken', (proof) => {
    const parsed = InclusionProof.parse(proof)
    const { leaf_index, tree_size } = parsed
    expect(checkInclusion(parsed, leafAt(leaf_index), headAt(tree_size)).ok).toBe(true)
  })

  test.each(vectors.consistency)('from $old_size to $new_size are taken', (proof) => {
    const parsed = ConsistencyProof.parse(proof)
    const { old_size, new_size } = parsed
    expect(checkConsistency(parsed, headAt(old_size), headAt(new_size)).ok).toBe(true)
  })

  test.each(vectors.refused_inclusion)('are refused: $about', ({ leaf, root, proof }) => {
    const parsed = InclusionProof.parse(proof)
    const head = { treeSize: parsed.tree_size, rootHash: root } as TreeHead
    expect(checkInclusion(parsed, hexToBytes(leaf), head)).toMatchObject({ code: 'PROOF_INVALID' })
  })

  test.each(vectors.refused_consistency)('are refused: $about', ({ old_root, new_root, proof }) => {
    const parsed = ConsistencyProof.parse(proof)
    const older = { treeSize: parsed.old_size, rootHash: old_root } as TreeHead
    const newer = { treeSize: parsed.new_size, rootHash: new_root } as TreeHead
    expect(checkConsistency(parsed, older, newer)).toMatchObject({ code: 'PROOF_INVALID' })
  })
})
