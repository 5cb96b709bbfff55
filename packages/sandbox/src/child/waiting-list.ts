// The tasks that no child has yet, in the order in which they came.
import { createHash } from 'node:crypto'
import { faulted, untaken } from './attempt.ts'
import type { PoolFault, PoolLimits, PoolResult, SandboxTask } from './pool-result.ts'

export interface Waiting {
  readonly task: SandboxTask
  readonly limits: PoolLimits
  /** Names what a child has to have prepared for it. */
  readonly key: string
  readonly result: Promise<PoolResult>
}

export interface WaitingList extends Iterable<Waiting> {
  readonly size: number
  has(waiting: Waiting): boolean
  /** It leaves by itself, cancelled, when its signal says so. */
  add(task: SandboxTask, limits: PoolLimits): Waiting
  /** For a child to do, whose result it then has; `run` is told how long it waited. */
  take(waiting: Waiting, run: (queuedMs: number) => Promise<PoolResult | typeof untaken>): void
  refuse(waiting: Waiting, fault: PoolFault, detail: string): void
  /** Refuses all, also those that come or come back later. */
  close(): void
}

/** `returned` is called when one is back, first in line, that no child had. */
export function createWaitingList(returned: () => void): WaitingList {
  let entries = new Map<Waiting, Entry>()
  let isClosed = false

  function insert(waiting: Waiting, entry: Entry, isFirst: boolean): void {
    const { signal } = waiting.limits
    if (isFirst) entries = new Map([[waiting, entry], ...entries])
    else entries.set(waiting, entry)
    signal?.addEventListener('abort', entry.onAbort, { once: true })
    if (signal?.aborted) entry.onAbort()
    if (isClosed) refuse(waiting, 'cancelled', closed)
  }

  /** Null where it has left already. */
  function remove(waiting: Waiting): Entry | null {
    const entry = entries.get(waiting) ?? null
    if (entry !== null) waiting.limits.signal?.removeEventListener('abort', entry.onAbort)
    entries.delete(waiting)
    return entry
  }

  function refuse(waiting: Waiting, fault: PoolFault, detail: string): void {
    const entry = remove(waiting)
    if (entry === null) return
    const queuedMs = performance.now() - entry.sinceMs
    entry.resolve(faulted(fault, detail, { queuedMs, wallMs: 0, memoryBytes: null }, null))
  }

  return {
    get size() {
      return entries.size
    },
    has: (waiting) => entries.has(waiting),
    [Symbol.iterator]: () => entries.keys(),
    add(task, limits) {
      const { promise, resolve } = Promise.withResolvers<PoolResult>()
      const waiting: Waiting = { task, limits, key: keyOf(task), result: promise }
      const onAbort = () => refuse(waiting, 'cancelled', 'it was cancelled while it waited')
      insert(waiting, { resolve, sinceMs: performance.now(), onAbort, isBack: false }, false)
      return waiting
    },
    take(waiting, run) {
      const entry = remove(waiting)
      if (entry === null) return
      run(performance.now() - entry.sinceMs).then((result) => {
        if (result !== untaken) {
          entry.resolve(result)
          return
        }
        insert(waiting, { ...entry, isBack: true }, true)
        // Twice is no accident any more.
        if (entry.isBack) refuse(waiting, 'crash', 'its child was gone before it began, twice')
        returned()
      })
    },
    refuse,
    close() {
      isClosed = true
      for (const waiting of entries.keys()) refuse(waiting, 'cancelled', closed)
    },
  }
}

interface Entry {
  readonly resolve: (result: PoolResult) => void
  readonly sinceMs: number
  readonly onAbort: () => void
  readonly isBack: boolean
}

const closed = 'the pool is closed'

function keyOf({ module, form, memoryPagesMax, request }: SandboxTask): string {
  let digest = digests.get(module)
  if (digest === undefined) {
    digest = createHash('sha256').update(module).digest('hex')
    digests.set(module, digest)
  }
  return `${digest} ${form} ${memoryPagesMax} ${request.trace}`
}

const digests = new WeakMap<Uint8Array, string>()
