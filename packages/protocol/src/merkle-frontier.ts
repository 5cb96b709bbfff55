// The right edge of an append-only tree: the roots of the complete subtrees that its size is made
// of, one for each binary digit 1. It is all that appending and the root need, so a log of any
// length stays hot in at most 53 hashes.
import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js'
import * as z from 'zod'
import { Digest } from './ids.ts'
import { limits } from './limits.ts'
import { merkleRoot, nodeHash } from './merkle.ts'
import { Count } from './quantities.ts'

/** An immutable value: extending one leaves it as it was. */
export interface MerkleFrontier {
  readonly size: number
  /** The widest subtree first. */
  readonly peaks: readonly Uint8Array[]
}

export const emptyFrontier: MerkleFrontier = { size: 0, peaks: [] }

export function extendFrontier(
  frontier: MerkleFrontier,
  leafHashes: Iterable<Uint8Array>,
): MerkleFrontier {
  const peaks = [...frontier.peaks]
  let { size } = frontier
  for (const leafHash of leafHashes) {
    size += 1
    let peak = leafHash
    for (let width = size; width % 2 === 0; width /= 2) peak = nodeHash(peaks.pop()!, peak)
    peaks.push(peak)
  }
  return { size, peaks }
}

export function frontierRoot({ peaks }: MerkleFrontier): Uint8Array {
  if (peaks.length === 0) return merkleRoot([])
  return peaks.reduceRight((right, left) => nodeHash(left, right))
}

/** A frontier as it is stored. */
export const FrontierState = z
  .strictObject({
    tree_size: Count,
    hashes: z.array(Digest).max(limits.merkleProofHashesMax),
  })
  .refine(({ tree_size, hashes }) => hashes.length === onesIn(tree_size), {
    error: 'the size takes another number of hashes',
    path: ['hashes'],
  })
export type FrontierState = z.infer<typeof FrontierState>

export function writeFrontier({ size, peaks }: MerkleFrontier): FrontierState {
  return { tree_size: size, hashes: peaks.map((peak) => bytesToHex(peak) as Digest) }
}

export function readFrontier({ tree_size, hashes }: FrontierState): MerkleFrontier {
  return { size: tree_size, peaks: hashes.map((hash) => hexToBytes(hash)) }
}

function onesIn(number: number): number {
  let ones = 0
  for (let rest = number; rest > 0; rest = Math.floor(rest / 2)) ones += rest % 2
  return ones
}
