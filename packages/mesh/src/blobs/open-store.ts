// A store of blobs over a backing: naming, room, use, pins, and blobs that come in pieces.
import { statfs } from 'node:fs/promises'
import type { Cid } from '@vcp/protocol'
import type { Backing } from './backing.ts'
import type { BlobStore, ReadOptions } from './blob-store.ts'
import { openFolderBacking } from './folder-backing.ts'
import { createMemoryBacking } from './memory-backing.ts'
import { createPut } from './putting.ts'
import { notHere, readBlob } from './reading.ts'
import { receiveBlob } from './receiving.ts'
import { createRoom } from './room.ts'
import { createShelf } from './shelf.ts'

export interface StoreOptions {
  readonly bytesMax: number
  /** What stays free on the disk for others. */
  readonly freeBytesMin: number
  readonly freeBytes: () => Promise<number>
  /** Blobs that stay as if they were pinned, while this says so; asked when one must go. */
  readonly isHeld?: (cid: Cid) => boolean
}

export interface FolderOptions {
  readonly folder: string
  readonly bytesMax: number
  readonly freeBytesMin: number
  /** See `StoreOptions`. */
  readonly isHeld?: (cid: Cid) => boolean
}

/** A store in a folder of its own. One process at a time: whoever opens it makes sure of that. */
export async function openFolderStore({ folder, ...options }: FolderOptions): Promise<BlobStore> {
  const backing = await openFolderBacking(folder, Date.now)
  return openStore(backing, {
    ...options,
    async freeBytes() {
      const { bavail, bsize } = await statfs(folder)
      return bavail * bsize
    },
  })
}

/** A store that forgets. */
export function openMemoryStore(bytesMax: number): Promise<BlobStore> {
  const freeBytes = async () => Number.POSITIVE_INFINITY
  return openStore(createMemoryBacking(), { bytesMax, freeBytesMin: 0, freeBytes })
}

export async function openStore(backing: Backing, options: StoreOptions): Promise<BlobStore> {
  const shelf = createShelf(options.isHeld)
  const drafts = createShelf()
  const loaded = await backing.load()
  for (const { cid, bytes, holders } of loaded.blobs) shelf.add(cid, bytes, holders)
  for (const { cid, bytes } of loaded.drafts) drafts.add(cid, bytes)
  const blobs = { shelf, drop: (cid: Cid) => backing.drop(cid) }
  const parts = { shelf: drafts, drop: (cid: Cid) => backing.dropDraft(cid) }
  const room = createRoom({
    ...options,
    places: [parts, blobs],
    reclaim: backing.reclaim?.bind(backing),
  })
  async function* read(cid: Cid, range: ReadOptions = {}): AsyncIterable<Uint8Array> {
    if (!shelf.has(cid)) throw notHere(cid)
    shelf.use(cid)
    backing.touch(cid)
    const size = { bytes: shelf.bytesOf(cid)!, leaves: null }
    const manifest = range.isChecked ? await backing.manifest(cid) : size
    const { readAt, close } = await backing.open(cid)
    try {
      yield* readBlob(cid, manifest, readAt, range)
    } finally {
      await close()
    }
  }

  const receiving = { backing, shelf, drafts, room, open: new Set<Cid>() }
  const hold = async (cid: Cid) => backing.setHolders(cid, shelf.holders(cid))
  return {
    put: createPut({ backing, shelf, room }),
    read,
    async manifest(cid) {
      if (!shelf.has(cid)) return null
      shelf.use(cid)
      return backing.manifest(cid)
    },
    bytesOf: (cid) => shelf.bytesOf(cid),
    fileOf(cid) {
      if (!shelf.has(cid)) return null
      shelf.use(cid)
      backing.touch(cid)
      return backing.fileOf(cid)
    },
    receive: (cid, manifest) => receiveBlob(receiving, cid, manifest),
    async pin(cid, holder) {
      shelf.pin(cid, holder)
      await hold(cid)
    },
    async unpin(cid, holder) {
      shelf.unpin(cid, holder)
      if (shelf.has(cid)) await hold(cid)
    },
    async remove(cid) {
      if (shelf.isHeld(cid)) return false
      shelf.remove(cid)
      await backing.drop(cid)
      return true
    },
    usage: () => shelf.usage(options.bytesMax),
  }
}
