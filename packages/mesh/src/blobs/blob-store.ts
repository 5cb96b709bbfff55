// Blobs by their CIDs, within a quota. What is not pinned goes when room is needed, the least
// recently used first.
import type { Cid, Outcome } from '@vcp/protocol'
import type { Manifest, Piece } from './manifest.ts'

export interface BlobStore {
  /** Keeps bytes and names them. Fails with `TOO_LARGE`, `STORE_FULL` or `DISK_FULL`. */
  put(source: Source, options?: PutOptions): Promise<Cid>
  /** What a blob is made of; null where it is not here. */
  manifest(cid: Cid): Promise<Manifest | null>
  /** The size of a blob; null where it is not here. Not a use of it. */
  bytesOf(cid: Cid): number | null
  /** The bytes of a blob, or of a part. Fails with `NOT_FOUND`, and checked with `BLOB_CORRUPT`. */
  read(cid: Cid, options?: ReadOptions): AsyncIterable<Uint8Array>
  /**
   * The file that holds a blob and nothing else, for another process to read; null where the blob
   * is not here, or not in a file. The file goes when the blob does.
   */
  fileOf(cid: Cid): string | null
  /**
   * Makes room for a blob that comes in pieces; one that came in part before goes on from there.
   */
  receive(cid: Cid, manifest: Manifest): Promise<Receiving>
  /** Keeps a blob for one holder until it lets go. Fails with `NOT_FOUND`. */
  pin(cid: Cid, holder: string): Promise<void>
  unpin(cid: Cid, holder: string): Promise<void>
  /** Whether it is gone: a pinned one stays. */
  remove(cid: Cid): Promise<boolean>
  usage(): Usage
}

export type Source = AsyncIterable<Uint8Array> | Iterable<Uint8Array>

export interface PutOptions {
  /**
   * `tree`: as IPFS names files. `whole`: by the digest of all its bytes, which a small blob is
   * anyway, and a program must be whose name stands in a receipt.
   */
  readonly shape?: 'tree' | 'whole'
  readonly bytesMax?: number
  /** The name that the bytes must have. Fails with `BLOB_CORRUPT`, and keeps nothing, if not. */
  readonly cid?: Cid
}

export interface ReadOptions {
  readonly offset?: number
  readonly length?: number
  /** Whether the bytes are checked against the name as they are read. */
  readonly isChecked?: boolean
}

export interface Receiving {
  /** The pieces that are not here yet, each checked if it came before. */
  readonly missing: readonly Piece[]
  /** Keeps a piece; refuses one that is not the blob's. */
  write(offset: number, bytes: Uint8Array): Promise<Outcome<null>>
  /** Makes the blob one of the store's; refuses one that, whole, is not the one named. */
  commit(): Promise<Outcome<null>>
  /** Ends without the whole; what there is may be gone on with, unless it is of no use. */
  abandon(): Promise<void>
}

export interface Usage {
  readonly blobs: number
  readonly bytes: number
  readonly bytesMax: number
  readonly pinnedBytes: number
}
