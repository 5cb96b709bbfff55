// Merkle proofs of several pages at once: a binary tree of fixed depth over pages of 4 KiB, leaves
// and nodes hashed as in `memory-tree.ts`. The hashes beside the paths stand level by level from
// the leaves up, in the order of their places; what follows from the pages themselves is left out.
import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex } from '@noble/hashes/utils.js'
import { type Digest, digestOf, nodeHash } from '@vcp/protocol'
import { statePageBytes } from './layout.ts'

/** Pages of 4 KiB in 4 GiB. */
export const stateTreeDepth = 20

/** What stands for a state: everything that decides how the run goes on is under it. */
export function stateRoot(treeRoot: Uint8Array): Digest {
  return digestOf('vcp-sandbox/step-state/1', bytesToHex(treeRoot))
}

let zeros: readonly Uint8Array[] | null = null

/** The hashes of subtrees of zero pages, by level. */
export function zeroHashes(): readonly Uint8Array[] {
  if (zeros !== null) return zeros
  const hashes: Uint8Array[] = [sha256(new Uint8Array(statePageBytes))]
  for (let level = 0; level < stateTreeDepth; level++) {
    hashes.push(nodeHash(hashes[level]!, hashes[level]!))
  }
  zeros = hashes
  return zeros
}

/** The hashes beside the paths of pages, which ascend. */
export function siblingsOf(
  pages: readonly number[],
  hashAt: (level: number, index: number) => Uint8Array,
): Uint8Array[] {
  const siblings: Uint8Array[] = []
  let indices = pages
  for (let level = 0; level < stateTreeDepth; level++) {
    const parents: number[] = []
    for (const [i, index] of indices.entries()) {
      const beside = index ^ 1
      if (indices[i - 1] === beside) continue
      if (indices[i + 1] !== beside) siblings.push(hashAt(level, beside))
      parents.push(index >>> 1)
    }
    indices = parents
  }
  return siblings
}

/** The root over pages of these hashes; null where the siblings are too few or too many. */
export function rootFrom(
  pages: readonly number[],
  hashes: readonly Uint8Array[],
  siblings: readonly Uint8Array[],
): Uint8Array | null {
  let used = 0
  let level = pages.map((index, i) => ({ index, hash: hashes[i]! }))
  for (let height = 0; height < stateTreeDepth; height++) {
    const above: typeof level = []
    for (let i = 0; i < level.length; i++) {
      const { index, hash } = level[i]!
      const isPair = level[i + 1]?.index === (index ^ 1)
      const beside = isPair ? level[++i]!.hash : siblings[used++]
      if (beside === undefined) return null
      const parent = index % 2 === 0 ? nodeHash(hash, beside) : nodeHash(beside, hash)
      above.push({ index: index >>> 1, hash: parent })
    }
    level = above
  }
  return used === siblings.length ? (level[0]?.hash ?? null) : null
}
