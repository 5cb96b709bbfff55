// Where a store keeps its bytes. The rules are the store's; a backing only holds.
import type { Cid } from '@vcp/protocol'
import type { Manifest } from './manifest.ts'
import type { ReadAt } from './reading.ts'
import type { SmallBlob } from './small-blobs.ts'

export interface Backing {
  /** What is there from before, the least recently used first. */
  load(): Promise<Loaded>
  /** A draft by name; one of that name that is there from before is gone on with. */
  draft(name: string): Promise<Draft>
  dropDraft(name: string): Promise<void>
  /** Blobs of up to so many bytes are kept without a draft; 0 where none are. */
  readonly smallBytesMax: number
  /** Makes all of them blobs, durable when it resolves; where `smallBytesMax` is not 0. */
  keepSmall?(blobs: readonly SmallBlob[]): Promise<void>
  /** Gives back to the disk what it can; asked when the disk is short. */
  reclaim?(): Promise<void>
  manifest(cid: Cid): Promise<Manifest>
  open(cid: Cid): Promise<OpenBlob>
  /** The file that holds a blob and nothing else; null where none does. */
  fileOf(cid: Cid): string | null
  drop(cid: Cid): Promise<void>
  /** Durable when it resolves. */
  setHolders(cid: Cid, holders: readonly string[]): Promise<void>
  /** Remembers, in its own time, that a blob was used. */
  touch(cid: Cid): void
}

export interface Loaded {
  readonly blobs: readonly {
    readonly cid: Cid
    readonly bytes: number
    readonly holders: readonly string[]
  }[]
  readonly drafts: readonly { readonly cid: Cid; readonly bytes: number }[]
}

export interface OpenBlob {
  readonly readAt: ReadAt
  close(): Promise<void>
}

/** Bytes that are not a blob yet. */
export interface Draft {
  /** How much of it there may be from before; parts of that may never have been written. */
  readonly bytes: number
  write(offset: number, bytes: Uint8Array): Promise<void>
  readonly readAt: ReadAt
  /** Makes it a blob, durable when this resolves. */
  keep(cid: Cid, manifest: Manifest): Promise<void>
  close(): Promise<void>
}
