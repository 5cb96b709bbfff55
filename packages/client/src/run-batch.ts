// Thousands of tasks from wherever they come: so many under way at once, sent many to a request,
// each result verified as it comes. What is not taken out is not overtaken.
import { isEnded, limits, type TaskId, type TaskInfo, VcpError } from '@vcp/protocol'
import { putBlob } from './blobs.ts'
import type { Connection } from './connection.ts'
import { createEvidenceDesk, type EvidenceDesk, type Shown } from './evidence-desk.ts'
import type { KnownLogs } from './known-logs.ts'
import { createQueue, type Queue } from './queue.ts'
import { failureOf } from './refusal.ts'
import { resultOf } from './run-task.ts'
import type { PreparedTask } from './submit-task.ts'
import { createTaskFeed, type TaskFeed, type TaskNews } from './task-feed.ts'
import { progressOf, type TaskProgress } from './task-progress.ts'
import type { ProofChecker, VerifiedResult } from './verified-result.ts'
import { afterNews } from './watch-task.ts'

export type BatchOutcome<Item extends PreparedTask = PreparedTask> =
  | { readonly ok: true; readonly item: Item; readonly result: VerifiedResult }
  | { readonly ok: false; readonly item: Item; readonly error: VcpError }

export interface BatchOptions {
  readonly knownLogs: KnownLogs
  /** Without it no result is shown to be proved. */
  readonly proofChecker?: ProofChecker
  /** Tasks under way at once; a thousand where nothing is said. */
  readonly openMax?: number
  /** Told how many tasks are sent and have ended. */
  readonly onProgress?: (sent: number, ended: number) => void
}

/** What one request holds, in JSON, with room for what is around it. */
const requestBytesMax = 4_194_304
/** How long a request waits for more tasks to send. */
const gatherMs = 10
const fetchesMax = 16
/** How a task ends, and whether any node ever had it: nobody here looks at more. */
const told = ['task-completed', 'task-failed', 'task-cancelled', 'assignment-offered'] as const

/** The outcome of every task, in the order in which they come. */
export async function* runBatch<Item extends PreparedTask>(
  connection: Connection,
  items: AsyncIterable<Item>,
  options: BatchOptions,
): AsyncGenerator<BatchOutcome<Item>> {
  const feed = createTaskFeed(connection, told)
  const outcomes = createQueue<BatchOutcome<Item>>()
  const batch = new Batch(connection, feed, outcomes, options)
  try {
    await feed.opened
    const sending = batch.send(items).then(outcomes.end, outcomes.fail)
    for await (const outcome of outcomes.take()) {
      yield outcome
      batch.taken()
    }
    await sending
  } finally {
    batch.abandon()
    feed.close()
  }
}

interface Open<Item> {
  readonly item: Item
  progress: TaskProgress | null
  readonly leave: () => void
}

class Batch<Item extends PreparedTask> {
  readonly #connection: Connection
  readonly #feed: TaskFeed
  readonly #options: BatchOptions
  readonly #outcomes: Queue<BatchOutcome<Item>>
  readonly #open = new Map<TaskId, Open<Item>>()
  readonly #waiting: (() => void)[] = []
  readonly #abandoned = new AbortController()
  readonly #evidence: EvidenceDesk
  #sent = 0
  #ended = 0
  /** Ended, and not yet taken out: they count as open, so that they do not pile up. */
  #untaken = 0
  #fetches = 0

  constructor(
    connection: Connection,
    feed: TaskFeed,
    outcomes: Queue<BatchOutcome<Item>>,
    options: BatchOptions,
  ) {
    this.#connection = connection
    this.#feed = feed
    this.#outcomes = outcomes
    this.#options = options
    this.#evidence = createEvidenceDesk(connection, this.#abandoned.signal)
  }

  /** Resolves when all have ended. */
  async send(items: AsyncIterable<Item>): Promise<void> {
    const openMax = this.#options.openMax ?? 1_000
    for await (const page of this.#pages(items, Math.min(limits.batchTasksMax, openMax))) {
      await this.#until(() => this.#open.size + this.#untaken + page.length <= openMax)
      await this.#submit(page)
    }
    await this.#until(() => this.#open.size === 0)
  }

  taken(): void {
    this.#untaken -= 1
    this.#wake()
  }

  abandon(): void {
    this.#abandoned.abort(new VcpError('INTERRUPTED'))
    for (const { leave } of this.#open.values()) leave()
    this.#wake()
  }

  /** As many as there are at the moment, up to what one request may hold. */
  async *#pages(items: AsyncIterable<Item>, itemsMax: number): AsyncGenerator<readonly Item[]> {
    const source = items[Symbol.asyncIterator]()
    const take = () => {
      const next = source.next()
      next.catch(() => {
        // It is awaited below, perhaps much later.
      })
      return next
    }
    let page: Item[] = []
    let bytes = 0
    let late: Promise<'late'> | null = null
    for (let next = take(); ; ) {
      const found = late === null ? await next : await Promise.race([next, late])
      const size = found === 'late' || found.done === true ? 0 : bytesOf(found.value)
      const isFull = page.length >= itemsMax || bytes + size > requestBytesMax
      if (page.length > 0 && (size === 0 || isFull)) {
        yield page
        page = []
        bytes = 0
        late = null
      }
      if (found === 'late') continue
      if (found.done === true) return
      page.push(found.value)
      bytes += size
      late ??= this.#late()
      next = take()
    }
  }

  async #late(): Promise<'late'> {
    const { pace } = this.#connection
    await pace.wait(gatherMs, this.#abandoned.signal).catch(() => {
      // Abandoned: then it is late too.
    })
    return 'late'
  }

  async #submit(page: readonly Item[]): Promise<void> {
    const byId = new Map(page.map((item) => [item.submission.task_id, item]))
    for (const item of page) {
      if (this.#open.has(item.submission.task_id)) throw twice(item)
      for (const blob of item.blobs) await putBlob(this.#connection, blob)
      const { task_id } = item.submission
      const leave = this.#feed.listen(task_id, (news) => this.#hear(task_id, news))
      this.#open.set(task_id, { item, progress: null, leave })
    }
    for (let left = page; left.length > 0; ) {
      const tasks = left.map(({ submission }) => submission)
      const { results } = await this.#connection.ask('submitTasks', { body: { tasks } })
      left = results.flatMap((each) => {
        if (each.taken) return this.#accept(each.task)
        const item = byId.get(each.task_id)
        return item === undefined ? [] : this.#refuse(item, each.refusal)
      })
      if (left.length > 0) await this.#connection.pace.wait(1_000, this.#abandoned.signal)
    }
    this.#sent += page.length
    this.#tell()
  }

  #accept(info: TaskInfo): readonly Item[] {
    const open = this.#open.get(info.task_id)
    // The news may have come before the answer.
    if (open !== undefined && open.progress === null) this.#stands(open, progressOf(info))
    return []
  }

  /** The items to send again; a refusal for good is an outcome. */
  #refuse(item: Item, body: unknown): readonly Item[] {
    const error = failureOf(body) ?? new VcpError('COORDINATOR_MISBEHAVED')
    if (error.code === 'OVERLOADED' || error.code === 'RATE_LIMITED') return [item]
    this.#close(item, { ok: false, item, error })
    return []
  }

  #hear(taskId: TaskId, news: TaskNews): void {
    const open = this.#open.get(taskId)
    if (open === undefined) return
    // That nobody hears of it any more says nothing about the task: it is no outcome.
    if (news.kind === 'broken') this.#outcomes.fail(news.error)
    else this.#stands(open, afterNews(open.progress ?? unknownProgress(taskId), news))
  }

  #stands(open: Open<Item>, progress: TaskProgress): void {
    const hadEnded = open.progress !== null && isEnded(open.progress.status)
    open.progress = progress
    if (isEnded(progress.status) && !hadEnded) void this.#finish(open.item, progress)
  }

  async #finish(item: Item, progress: TaskProgress): Promise<void> {
    const { task } = item.submission
    try {
      const isThere = progress.status === 'completed'
      const shown = isThere ? await this.#evidence.evidenceOf(progress.taskId) : undefined
      await this.#until(() => this.#fetches < fetchesMax)
      const result = await this.#fetch(progress, { digest: item.digest, task }, shown)
      this.#close(item, { ok: true, item, result })
    } catch (cause) {
      const { signal } = this.#connection
      if (signal.aborted) return this.#outcomes.fail(signal.reason)
      const error = cause instanceof VcpError ? cause : new VcpError('INTERNAL', { cause })
      this.#close(item, { ok: false, item, error })
    }
  }

  async #fetch(
    progress: TaskProgress,
    asked: Parameters<typeof resultOf>[2],
    shown: Shown | undefined,
  ): Promise<VerifiedResult> {
    this.#fetches += 1
    try {
      return await resultOf(this.#connection, progress, asked, this.#options, shown)
    } finally {
      this.#fetches -= 1
      this.#wake()
    }
  }

  #close(item: Item, outcome: BatchOutcome<Item>): void {
    const open = this.#open.get(item.submission.task_id)
    if (open === undefined) return
    open.leave()
    this.#open.delete(item.submission.task_id)
    this.#ended += 1
    this.#untaken += 1
    this.#outcomes.put(outcome)
    this.#tell()
    this.#wake()
  }

  #tell(): void {
    this.#options.onProgress?.(this.#sent, this.#ended)
  }

  async #until(holds: () => boolean): Promise<void> {
    while (!holds()) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve))
      this.#abandoned.signal.throwIfAborted()
    }
  }

  #wake(): void {
    for (const resolve of this.#waiting.splice(0)) resolve()
  }
}

function unknownProgress(taskId: TaskId): TaskProgress {
  return {
    taskId,
    status: 'pending',
    reason: null,
    level: null,
    nodes: [],
    wasOffered: false,
    setback: null,
    committed: 0,
    revealed: 0,
    output: null,
  }
}

function twice({ submission }: PreparedTask): VcpError {
  return new VcpError('CONFLICT', {
    message: `the batch holds ${submission.task_id} twice`,
    hint: 'Give each task of a batch an id of its own.',
  })
}

function bytesOf({ submission }: PreparedTask): number {
  return Buffer.byteLength(JSON.stringify(submission))
}
