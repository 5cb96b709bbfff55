// One task on one child, under the parent's clock and the parent's eye.
import { serialize } from 'node:v8'
import type { Child, Death, Said } from './child.ts'
import type { WorkerFault } from './child-messages.ts'
import { readsResidentMemory } from './isolation.ts'
import type {
  Expense,
  Faulted,
  Finished,
  PoolFault,
  PoolLimits,
  PoolResult,
  SandboxTask,
} from './pool-result.ts'
import type { OrderHeader } from './work.ts'

export interface Assignment {
  readonly id: number
  readonly key: string
  /** Whether the child has the module already. */
  readonly isKnown: boolean
  readonly forget: readonly string[]
  readonly task: SandboxTask
  readonly limits: PoolLimits
  readonly queuedMs: number
}

/** The child was gone before it had the task: nothing was begun, and another may. */
export const untaken = 'untaken'

export interface Attempt {
  /** Never rejects. After any end but an attestable one the child is dead or dying. */
  readonly result: Promise<PoolResult | typeof untaken>
  cancel(why: string): void
}

const justNowMs = 5
/** A timer with more fires at once; this is 24 days less the grace of a child. */
const timerMsMax = 2_147_000_000
/** How often a child's memory is looked at: 1.5 s filled 716 MB (measured), so 20 ms fill 10. */
const watchMs = 20
const reportMs = 100
/** A killed child is waited for this long before its task is answered. */
const burialMs = 20

export function attempt(child: Child, assignment: Assignment): Attempt {
  const { id, task, limits, queuedMs } = assignment
  const deadlineMs = Math.min(limits.deadlineMs, timerMsMax)
  const settled = Promise.withResolvers<PoolResult | typeof untaken>()
  const beganAt = performance.now()
  const watch = memoryWatch(child, limits.memoryMb, () =>
    end('memory', `it held more than ${limits.memoryMb} MiB`),
  )
  const statusLimit = statusBudget(beganAt)
  let fate: { fault: PoolFault; detail: string } | null = null
  let isTaken = false
  let isOver = false

  function expense(): Expense {
    return { queuedMs, wallMs: performance.now() - beganAt, memoryBytes: watch.peakBytes() }
  }

  function settle(make: (expense: Expense) => PoolResult | typeof untaken): void {
    if (isOver) return
    isOver = true
    clearTimeout(deadline)
    clearInterval(watching)
    limits.signal?.removeEventListener('abort', onAbort)
    child.leave()
    settled.resolve(make(expense()))
  }

  /** The first reason to end it is the one that counts. */
  function end(fault: PoolFault, detail: string): void {
    if (fate !== null || isOver) return
    fate = { fault, detail }
    child.kill()
    setTimeout(bury, burialMs, null).unref()
  }

  function bury(death: Death | null): void {
    if (fate === null && !isTaken) {
      settle(() => untaken)
      return
    }
    const found = fate ?? foundDead(death, performance.now() - beganAt, limits)
    settle((spent) => faulted(found.fault, found.detail, spent, fate === null ? death : null))
  }

  function hear(message: Said): void {
    if (fate !== null || isOver) return
    if (message.type === 'taken') {
      if (isTaken) end('crash', 'it took its task twice')
      isTaken = true
    } else if (message.type === 'failed') {
      end(faultOfWorker[message.fault], message.detail)
    } else if (message.type === 'status') {
      if (!statusLimit()) end('crash', 'it reported more often than agreed')
      else if (!readsResidentMemory) watch.observe(message.residentBytes)
      limits.onProgress?.(message.gasUsed)
    } else if (message.result.kind === 'infrastructure') {
      end(message.result.fault, message.result.detail)
    } else {
      const { result, instrumented, instrumenterVersion, timings } = message
      const finished = { ...result, instrumented, instrumenterVersion, timings }
      settle((spent): Finished => ({ ...finished, ...spent }))
    }
  }

  const onAbort = () => end('cancelled', 'it was cancelled')
  const deadline = setTimeout(
    () => end('timeout', `it was not done after ${deadlineMs} ms`),
    deadlineMs,
  )
  const watching = setInterval(watch.look, watchMs)
  limits.signal?.addEventListener('abort', onAbort, { once: true })
  child.dead.then(bury)
  const agreed = { id, request: task.request, memoryPagesMax: task.memoryPagesMax }
  child.give(agreed, headerOf(assignment), blobsOf(assignment), hear)
  return { result: settled.promise, cancel: (why) => end('cancelled', why) }
}

/** For a task that no child ever had, too. */
export function faulted(
  fault: PoolFault,
  detail: string,
  expense: Expense,
  death: Death | null,
): Faulted {
  const exitCode = death?.exitCode ?? null
  const exitSignal = death?.signal ?? null
  return { kind: 'infrastructure', fault, detail, exitCode, exitSignal, ...expense }
}

const faultOfWorker = {
  worker_memory: 'memory',
  worker_error: 'crash',
  worker_exit: 'crash',
} as const satisfies Record<WorkerFault, PoolFault>

/** A child that died unasked: past its deadline it may have ended itself, as it is told to. */
function foundDead(death: Death | null, wallMs: number, { deadlineMs }: PoolLimits) {
  if (death?.signal === 'SIGKILL' && wallMs >= deadlineMs) {
    return { fault: 'timeout', detail: `it was not done after ${deadlineMs} ms` } as const
  }
  return { fault: 'crash', detail: death?.detail ?? 'it is gone' } as const
}

function headerOf({ id, key, forget, task, limits }: Assignment): OrderHeader {
  const { form, memoryPagesMax, request } = task
  const reports = limits.onProgress !== undefined || !readsResidentMemory
  return {
    id,
    key,
    forget,
    options: { form, memoryPagesMax, trace: request.trace },
    deadlineMs: Math.min(limits.deadlineMs, timerMsMax),
    reportMs: reports ? reportMs : null,
  }
}

function blobsOf({ task, isKnown }: Assignment): Uint8Array[] {
  const request = serialize(task.request)
  return isKnown ? [request] : [request, task.module]
}

interface MemoryWatch {
  look(): void
  /** For a system that tells nothing: what the child says of itself. */
  observe(nowBytes: number): void
  peakBytes(): number | null
}

function memoryWatch(child: Child, memoryMb: number, exceeded: () => void): MemoryWatch {
  // Between two tasks it does nothing, and reading is a tenth of what a small task costs.
  const before = child.memory(justNowMs)
  let base = before?.nowBytes ?? null
  let peak = 0

  function observe(nowBytes: number): void {
    base ??= nowBytes
    peak = Math.max(peak, nowBytes - base)
    if (peak > memoryMb * 1_048_576) exceeded()
  }

  return {
    observe,
    look() {
      const memory = child.memory()
      if (memory !== null) observe(memory.nowBytes)
    },
    peakBytes() {
      const memory = child.memory()
      // A new record of the process was set by this task, whether or not anybody looked just then.
      if (memory !== null && before !== null && memory.peakBytes > before.peakBytes) {
        peak = Math.max(peak, memory.peakBytes - before.nowBytes)
      }
      return base === null ? null : peak
    },
  }
}

/** Whether one more report is still in keeping with how often they were asked for. */
function statusBudget(beganAt: number): () => boolean {
  let count = 0
  return () => {
    count += 1
    return count <= 10 + (2 * (performance.now() - beganAt)) / reportMs
  }
}
