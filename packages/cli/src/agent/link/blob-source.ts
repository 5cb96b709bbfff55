// Brings blobs here: from the coordinator that the node has joined, however often that is lost on
// the way.
import { type BlobStore, fetchBlob, type Mesh } from '@vcp/mesh'
import { VcpError } from '@vcp/protocol'
import type { BlobSource } from '../runner/blob-bytes.ts'
import type { Link } from './link.ts'
import type { Timers } from './timers.ts'

export interface BlobSourceParts {
  readonly mesh: Pick<Mesh, 'streams' | 'peers'>
  readonly store: BlobStore
  readonly link: Pick<Link, 'joined' | 'quality'>
  readonly timers: Pick<Timers, 'nowMs'>
}

/** Waits for a coordinator where there is none. */
export function createBlobSource({ mesh, store, link, timers }: BlobSourceParts): BlobSource {
  return {
    async fetch(cid, wanted) {
      const { signal } = wanted
      if ((await store.manifest(cid)) !== null) return
      for (;;) {
        const stay = await link.joined(signal)
        const beganMs = timers.nowMs()
        try {
          const came = await fetchBlob({ mesh, store }, cid, [stay.peerId], wanted)
          const bytes = [...came.values()].reduce((sum, count) => sum + count, 0)
          link.quality.received(bytes, timers.nowMs() - beganMs)
          return
        } catch (error) {
          const isCut = error instanceof VcpError && error.code === 'BLOB_UNAVAILABLE'
          // What came before the line broke is there, and gone on with.
          if (!isCut || !stay.signal.aborted) throw error
        }
      }
    },
  }
}
