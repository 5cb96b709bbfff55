import type { HostFaultKind } from '../host-fault.ts'
import type { Attestable, RunRequest } from '../run/request.ts'
import type { ModuleForm, WorkTimings } from './work.ts'

/** One run, for a child to do. */
export interface SandboxTask {
  /** Who asked: no child ever serves two of them. */
  readonly requester: string
  /** Not to be changed afterwards: it is known again by its identity. */
  readonly module: Uint8Array
  readonly form: ModuleForm
  readonly memoryPagesMax: number
  readonly request: RunRequest
}

export interface PoolLimits {
  /** From when a child has the task until it is killed; compiling counts. */
  readonly deadlineMs: number
  /** What the child may hold in MiB, over what it held before: the guest's memory and our own. */
  readonly memoryMb: number
  readonly signal?: AbortSignal
  /** Now and then, while it takes long. What a child says here is checked, but is no evidence. */
  readonly onProgress?: (gasUsed: number) => void
}

export type PoolFault = HostFaultKind | 'timeout' | 'memory' | 'crash' | 'cancelled' | 'queue_full'

/** What a task cost this machine; never evidence. */
export interface Expense {
  readonly queuedMs: number
  /** From when the child got the task until its end was known here. */
  readonly wallMs: number
  /** The most that the child held during the task, over what it held before; null if unknown. */
  readonly memoryBytes: number | null
}

/** An end to which every machine comes: what a receipt may be made of. */
export interface Finished extends Attestable, Expense {
  /** Of the bytes that ran; null where the module was rejected. */
  readonly instrumented: string | null
  readonly instrumenterVersion: number | null
  readonly timings: WorkTimings
}

/** The task did not come to its end here. Another machine may finish it; never in a receipt. */
export interface Faulted extends Expense {
  readonly kind: 'infrastructure'
  readonly fault: PoolFault
  /** For people. */
  readonly detail: string
  /** How the child ended, where it ended by itself. */
  readonly exitCode: number | null
  readonly exitSignal: string | null
}

export type PoolResult = Finished | Faulted
