// Runs one type of task. An engine knows nothing of the network, rounds or the coordinator.
import type {
  Cid,
  DeclineReason,
  Digest,
  EngineVersion,
  Receipt,
  TaskId,
  TaskOf,
  TaskType,
} from '@vcp/protocol'

export type Readiness =
  | { readonly isReady: true }
  | { readonly isReady: false; readonly reason: string }

/** What of a machine a task takes while it runs. */
export interface Needs {
  readonly memoryMb: number
  readonly cpuCores: number
  /** What speaks against the task whatever the machine has. */
  readonly objection?: {
    readonly reason: DeclineReason
    readonly needs: number | null
    readonly has: number | null
  } | null
}

export interface BlobNeed {
  readonly cid: Cid
  readonly bytesMax: number
}

export interface Work<Type extends TaskType> {
  readonly taskId: TaskId
  /** Of the lease under which it runs; where it only runs again to compare, there is none. */
  readonly leaseEpoch?: number
  /** On whose behalf: no process of an engine ever serves two of them. */
  readonly requester: string
  readonly task: TaskOf<Type>
  /** Whole, and of their names. */
  readonly blobs: ReadonlyMap<Cid, Uint8Array>
  readonly signal: AbortSignal
  /** Now and then, while it takes long. */
  onProgress(gas: number | null, percent: number | null): void
}

/** What an engine knows of a receipt; the rest is who, when and under which lease. */
export type ReceiptPart = Pick<
  Receipt,
  | 'module'
  | 'instrumented'
  | 'input'
  | 'output'
  | 'output_bytes'
  | 'ending'
  | 'gas'
  | 'trace_root'
  | 'engine'
>

export type EngineResult =
  | {
      readonly kind: 'finished'
      readonly part: ReceiptPart
      readonly output: Uint8Array
      readonly traceLeaves: readonly Digest[]
    }
  /** Not the task's own end. `isOurs`: this machine is to blame. */
  | {
      readonly kind: 'failed'
      readonly reason: string
      readonly isOurs: boolean
      /** Where it is of a kind that has a name. */
      readonly code?: DeclineReason | null
    }

export interface Engine<Type extends TaskType> {
  readonly type: Type
  readonly version: EngineVersion
  /** Whether this machine can run the type at all. Asked once, before the node offers it. */
  probe(): Promise<Readiness>
  needs(task: TaskOf<Type>): Needs
  blobs(task: TaskOf<Type>): readonly BlobNeed[]
  /** Stateless and bounded. Ends promptly when the signal aborts. */
  run(work: Work<Type>): Promise<EngineResult>
  /** The digest of a checkpoint, worked out anew; null where the type has no trace. */
  rerun(work: Work<Type>, checkpoint: number): Promise<Digest | null>
  close(): Promise<void>
}

/** A blob that the work needs and was given: the runner fetches all that `blobs` names. */
export function blobIn({ blobs }: Pick<Work<TaskType>, 'blobs'>, cid: Cid): Uint8Array {
  const bytes = blobs.get(cid)
  if (bytes === undefined) throw new RangeError(`the blob ${cid} was not fetched`)
  return bytes
}
