// The blobs of a coordinator: one store, for people who bring them over HTTP and for nodes that
// fetch them over the mesh.
import { type BlobStore, openFolderStore } from '@vcp/mesh'
import type { Clock } from '../journal/clock.ts'
import { createHeldBlobs, type HeldBlobs } from './held-blobs.ts'

export interface BlobLimits {
  /** Of one blob. */
  readonly bytesMax: number
  /** Of all together. */
  readonly totalMax: number
  /** What the disk keeps for others. */
  readonly freeMin: number
  /** For so long the output of an accepted result is sure to be here. */
  readonly resultsMs: number
}

export interface Blobs {
  readonly store: BlobStore
  readonly held: HeldBlobs
  readonly bytesMax: number
}

export const standardBlobs: BlobLimits = {
  bytesMax: 52_428_800,
  totalMax: 10_737_418_240,
  freeMin: 268_435_456,
  resultsMs: 604_800_000,
}

export async function openBlobs(
  folder: string,
  { bytesMax, totalMax, freeMin, resultsMs }: BlobLimits,
  { nowMs }: Pick<Clock, 'nowMs'>,
): Promise<Blobs> {
  const held = createHeldBlobs({ nowMs, resultsMs })
  const store = await openFolderStore({
    folder,
    bytesMax: totalMax,
    freeBytesMin: freeMin,
    isHeld: (cid) => held.has(cid),
  })
  return { store, held, bytesMax }
}
