// What a node keeps of a run that came to its end, until nobody can ask for it any more: what it
// signed, the leaves of the trace, and the output where that is small. A large output is a blob.
import type { Cid, Digest, Envelope, HashesBelow, TaskId } from '@vcp/protocol'

export interface Lease {
  readonly taskId: TaskId
  readonly leaseEpoch: number
}

export interface KeptRun extends Lease {
  readonly receipt: Envelope<'receipt'>
  readonly commitment: Envelope<'commitment'>
  /** Under the root of the receipt's trace; empty where it has none. */
  readonly traceLeaves: readonly Digest[]
  /** Null where it is larger than goes with a receipt: then it is in the blob store, pinned. */
  readonly output: Uint8Array | null
}

export interface Kept {
  /** Resolves when it is on disk; all that is handed over in one turn is written together. */
  keep(run: KeptRun): Promise<void>
  find(lease: Lease): KeptRun | null
  /** To be sent with the receipt; null where it is large, or nothing is kept. */
  output(lease: Lease): Uint8Array<ArrayBuffer> | null
  /**
   * The two hashes below one of the trace; level 0 holds the leaves. Null where there is no such
   * trace, or no such place in it.
   */
  below(lease: Lease, level: number, index: number): Promise<HashesBelow | null>
  /** Notes, before it is done, that a blob is pinned for a task: a crash leaves no pin behind. */
  hold(taskId: TaskId, cid: Cid): Promise<void>
  holds(taskId: TaskId): readonly Cid[]
  /** Lets go of all that there is of a task; what it holds is unpinned by then. */
  release(taskId: TaskId): Promise<void>
  tasks(): readonly TaskId[]
  /** Writes what was handed over. */
  close(): void
}
