// The leaf hashes of a journal, gathered into blocks of 256 as they are stored: a proof reads two
// blocks at most, and the roots of the blocks are all that the index of a million leaves needs.
import { blockLeaves, leafHash, merkleRoot } from '@vcp/protocol'
import { nativeSha256 } from '../native-sha256.ts'

/** A complete block, as it is stored. */
export interface LeafBlockRow {
  readonly block: number
  readonly root: Uint8Array
  /** 256 hashes of 32 bytes, in order. */
  readonly hashes: Uint8Array
}

const hashBytes = 32

/** What appending changes in the tree: the blocks it completes, and the leaves it leaves open. */
export interface Growth {
  readonly blocks: readonly LeafBlockRow[]
  readonly open: readonly Uint8Array[]
}

/** `open` holds the leaf hashes after the last complete block of a journal of `size` entries. */
export function growLeaves(
  open: readonly Uint8Array[],
  size: number,
  batch: readonly Uint8Array[],
): Growth {
  const hashes = [...open, ...batch.map((leaf) => leafHash(leaf, nativeSha256))]
  const firstBlock = Math.floor(size / blockLeaves)
  const complete = Math.floor(hashes.length / blockLeaves)
  const blocks = Array.from({ length: complete }, (_, i) => {
    const leaves = hashes.slice(i * blockLeaves, (i + 1) * blockLeaves)
    return {
      block: firstBlock + i,
      root: merkleRoot(leaves, nativeSha256),
      hashes: Buffer.concat(leaves),
    }
  })
  return { blocks, open: hashes.slice(complete * blockLeaves) }
}

/** The hashes of a stored block, apart again. */
export function splitHashes(hashes: Uint8Array): readonly Uint8Array[] {
  return Array.from({ length: hashes.length / hashBytes }, (_, i) =>
    hashes.subarray(i * hashBytes, (i + 1) * hashBytes),
  )
}
