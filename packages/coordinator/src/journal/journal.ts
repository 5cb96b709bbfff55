// Where facts are kept, as bytes: an append-only list, numbered from 0 without gaps, with one
// writer at a time. A journal knows nothing of what the bytes say but their Merkle leaf hashes,
// which it keeps for ever, so that proofs outlive the entries that pruning takes away.

export interface JournalEntry {
  readonly index: number
  readonly bytes: Uint8Array
}

/** Two take turns: while one is written the other is whole. */
export type Generation = 'a' | 'b'

/**
 * `state`: which parts are the coordinator's state after the entries below `size`; then the parts
 * of each generation. `checkpoint`: the signed note.
 */
export type SnapshotKind = 'state' | `state-${Generation}-${number}` | 'checkpoint'

export interface Snapshot {
  /** How many entries it covers. */
  readonly size: number
  readonly bytes: Uint8Array
}

/**
 * A journal that is open for writing. Whoever opens one takes the writer's role and its epoch; what
 * an older epoch still tries to write fails with JOURNAL_FENCED. Storage that damaged what it was
 * given shows as JOURNAL_CORRUPT with the index in the details, storage that fails as
 * JOURNAL_FAILED, after which the journal takes nothing until it is opened anew; DISK_FULL leaves
 * it as it was, to be tried again.
 */
export interface Journal {
  readonly epoch: number
  /** Entries appended so far, all of them durable. */
  readonly size: number
  /** The first entry that is still held; those before were pruned. */
  readonly first: number
  /**
   * Appends all or nothing; durable when it resolves. `first` must be `size`: a gap, or a second
   * append while one is in flight, is a bug of the caller.
   */
  append(first: number, batch: readonly Uint8Array[]): Promise<void>
  /** Entries `from` (`first` at least) to `to` (exclusive; if left out, the size), in pages. */
  read(from: number, to?: number): AsyncIterable<readonly JournalEntry[]>
  /** The Merkle roots of the complete blocks of 256 leaves, from a block on. */
  blockRoots(fromBlock: number): Promise<readonly Uint8Array[]>
  /** The leaf hashes of a block; of the last one, those there are. */
  leafHashes(block: number): Promise<readonly Uint8Array[]>
  /** Keeps the newest of each kind, in place of the one before. */
  saveSnapshot(kind: SnapshotKind, snapshot: Snapshot): Promise<void>
  newestSnapshot(kind: SnapshotKind): Promise<Snapshot | null>
  /**
   * Lets go of entries before an index, down to a whole block. Nothing calls it by itself: without
   * the entries nobody can verify the log from its beginning any more.
   */
  prune(before: number): Promise<void>
  close(): Promise<void>
}
