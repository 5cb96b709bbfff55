// What a worker thread of a child does, and what it is told. Names are those of the interfaces in
// memory: both ends of the socket are always of the same version.
import type { Attestable, Infrastructure, RunRequest, RunResult } from '../run/request.ts'

/** `instrumented` bytes are run as they stand: for who has checked them against a receipt. */
export type ModuleForm = 'raw' | 'instrumented'

export interface PrepareOptions {
  readonly form: ModuleForm
  readonly memoryPagesMax: number
  readonly trace: boolean
}

/** A module that may run, or the reason why it may not. */
export type Prepared<Program> =
  | {
      readonly ok: true
      readonly digest: string
      readonly instrumenterVersion: number
      /** Called at most once, and timed: it is where V8 compiles. */
      readonly compile: () => Program
    }
  | { readonly ok: false; readonly code: string; readonly detail: string }

/** The sandbox proper, as seen from the thread that it runs in. */
export interface Work<Program> {
  prepare(bytes: Uint8Array, options: PrepareOptions): Prepared<Program>
  /** `progress` is told the gas used so far, now and then. */
  run(program: Program, request: RunRequest, progress: (gasUsed: number) => void): RunResult
}

/** From the parent, through the child's main thread, to its worker. */
export interface WorkOrder {
  readonly id: number
  /** Names module and options; bytes come along unless the worker has them by this name. */
  readonly key: string
  /** Keys that will not be asked for again. */
  readonly forget: readonly string[]
  readonly options: PrepareOptions
}

/** The order as it reaches the worker. */
export interface WorkParcel {
  readonly order: WorkOrder
  /** A `RunRequest`, by `node:v8`: JSON would lose the sign of a zero. */
  readonly request: Uint8Array
  readonly module: Uint8Array | null
}

/** The header of an order; the blobs after it are the request and, maybe, the module. */
export interface OrderHeader extends WorkOrder {
  /** The child ends itself a little after, in case nobody else does. */
  readonly deadlineMs: number
  /** Milliseconds between reports of memory and gas; null for none. */
  readonly reportMs: number | null
}

/** What only this run cost; a module found in the cache was free. */
export interface WorkTimings {
  readonly instrumentMs: number
  readonly compileMs: number
  readonly runMs: number
}

export interface WorkDone {
  readonly type: 'done'
  readonly id: number
  readonly result: Attestable | Infrastructure
  /** Of the bytes that ran; null where none were made. */
  readonly instrumented: string | null
  readonly instrumenterVersion: number | null
  readonly timings: WorkTimings
}

/** From the worker to the child's main thread. */
export type WorkReport = { readonly type: 'ready' } | WorkDone
