// What a node keeps of a run that came to its end, until nobody can ask for it any more: the leaves
// of the trace, and the output where that is small. A large output is a blob. What was signed of it
// stands in the record of its lease.
import type { Cid, Digest, HashesBelow, TaskId } from '@vcp/protocol'

export interface Lease {
  readonly taskId: TaskId
  readonly leaseEpoch: number
}

export interface KeptRun extends Lease {
  /** Under the root of the receipt's trace; empty where it has none. */
  readonly traceLeaves: readonly Digest[]
  /** Null where it is larger than goes with a receipt: then it is in the blob store, pinned. */
  readonly output: Uint8Array | null
}

export interface Kept {
  /** On disk with the next record that is written: the end of its run, told in the same turn. */
  keep(run: KeptRun): void
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
  /**
   * Lets go of all that there is of a task, with the next record that is written; what it holds is
   * unpinned by then. What a crash keeps here goes at the next start.
   */
  release(taskId: TaskId): void
  tasks(): readonly TaskId[]
}
