// Puts updates together in a process of its own: the native runtime blocks whatever thread it runs
// on, and its memory is given back when the process ends. It is started when it is first needed,
// does one task at a time, and goes when there has been none for a while.
import { type ChildProcess, fork } from 'node:child_process'
import type { Writable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { type Outcome, pass, refuse } from '@vcp/protocol'
import type {
  AggregationOrder,
  AggregatorReport,
  AggregatorResults,
  AggregatorTask,
  ExaminationOrder,
  Part,
  Parts,
} from './aggregator-messages.ts'

/** Bytes that are read when their turn has come, and how many they will be. */
export type SizedBytes = FileBytes | ReadBytes

/** What a file holds, and nothing else; it is read by the child, and does not come through here. */
interface FileBytes {
  readonly length: number
  readonly file: string
}

interface ReadBytes {
  readonly length: number
  readonly file: null
  read(): AsyncIterable<Uint8Array>
}

export interface AggregatorInput {
  readonly model: SizedBytes
  readonly heldOut: SizedBytes | null
  readonly moments: SizedBytes | null
  readonly updates: readonly SizedBytes[]
}

export interface Aggregator {
  /** Refuses with `TRAINING_FAILED` where the process dies, and `INTERRUPTED` when it is closed. */
  aggregate(
    order: AggregationOrder,
    input: AggregatorInput,
  ): Promise<Outcome<AggregatorResults['aggregate']>>
  /** Whether a model and a held-out set are such that a training can begin. */
  examine(
    order: ExaminationOrder,
    input: Pick<AggregatorInput, 'model' | 'heldOut'>,
  ): Promise<Outcome<AggregatorResults['examine']>>
  close(): Promise<void>
}

export function createAggregator({ idleMs }: { readonly idleMs: number }): Aggregator {
  let child: Child | null = null
  let last: Promise<unknown> = Promise.resolve()
  let isClosed = false
  let idle: NodeJS.Timeout | undefined

  async function work<Kind extends keyof AggregatorResults>(
    task: AggregatorTask & { readonly kind: Kind },
    parts: readonly SizedBytes[],
  ): Promise<Outcome<AggregatorResults[Kind]>> {
    if (isClosed) return interrupted()
    clearTimeout(idle)
    if (child === null || child.hasEnded) child = startChild()
    const current = child
    const outcome = await current.ask(task, parts)
    // What it has not read of its bytes would be taken for those of the next task.
    if (!outcome.ok) await current.end()
    if (isClosed) await current.end()
    idle = setTimeout(() => void current.end(), idleMs).unref()
    return isClosed ? interrupted() : (outcome as Outcome<AggregatorResults[Kind]>)
  }

  function inTurn<T>(act: () => Promise<T>): Promise<T> {
    const done = last.then(act)
    last = done.catch(() => 'whoever asked is told')
    return done
  }

  return {
    aggregate(order, { model, heldOut, moments, updates }) {
      const parts = partsOf(model, heldOut, moments, updates)
      const sent = [model, heldOut, moments, ...updates].filter((part) => part !== null)
      return inTurn(() => work({ kind: 'aggregate', order, parts }, sent))
    },
    examine(order, { model, heldOut }) {
      const parts = partsOf(model, heldOut, null, [])
      const sent = [model, heldOut].filter((part) => part !== null)
      return inTurn(() => work({ kind: 'examine', order, parts }, sent))
    },
    async close() {
      isClosed = true
      clearTimeout(idle)
      await child?.end()
      await last
    },
  }
}

function partsOf(
  model: SizedBytes,
  heldOut: SizedBytes | null,
  moments: SizedBytes | null,
  updates: readonly SizedBytes[],
): Parts {
  const partOf = ({ length, file }: SizedBytes): Part => ({ length, file })
  return {
    model: partOf(model),
    heldOut: heldOut && partOf(heldOut),
    moments: moments && partOf(moments),
    updates: updates.map(partOf),
  }
}

interface Child {
  readonly hasEnded: boolean
  ask(task: AggregatorTask, parts: readonly SizedBytes[]): Promise<Outcome<unknown>>
  end(): Promise<void>
}

function startChild(): Child {
  const child = fork(fileURLToPath(childFile()), [], {
    env: { ...(process.env['TMPDIR'] === undefined ? {} : { TMPDIR: process.env['TMPDIR'] }) },
    execArgv: isSource ? ['--conditions=source'] : [],
    serialization: 'advanced',
    stdio: ['pipe', 'ignore', 'pipe', 'ipc'],
  })
  let hasEnded = false
  let lastWords = ''
  const ready = Promise.withResolvers<void>()
  let hear: (report: AggregatorReport) => void = () => undefined
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    lastWords = (lastWords + text).slice(-1_000)
  })
  // Whoever writes to a process that has died learns of it by its end.
  child.stdin?.on('error', () => undefined)
  child.on('message', (report: AggregatorReport) => {
    if (report.type === 'ready') ready.resolve()
    else hear(report)
  })
  const ended = new Promise<void>((resolve) => {
    const over = (how: string) => {
      hasEnded = true
      ready.resolve()
      const reason = `the aggregating process ended ${how}: ${lastWords}`.trim()
      hear({ type: 'refused', code: 'TRAINING_FAILED', reason })
      resolve()
    }
    child.once('error', (error) => over(error.message))
    child.once('close', (code, by) => over(by === null ? `with code ${code}` : `by ${by}`))
  })
  return {
    get hasEnded() {
      return hasEnded
    },
    async ask(task, parts) {
      const heard = new Promise<Outcome<unknown>>((resolve) => {
        hear = (report) => {
          if (report.type === 'done') resolve(pass(report.result))
          else if (report.type === 'refused') resolve(refuse(report.code, report.reason))
        }
      })
      await ready.promise
      if (hasEnded) return refuse('TRAINING_FAILED', `no process could be started: ${lastWords}`)
      child.send(task)
      const sent = send(child, parts).catch((error: unknown) => error)
      const outcome = await Promise.race([heard, sent.then((error) => failed(error, heard))])
      return outcome
    },
    async end() {
      child.kill('SIGKILL')
      await ended
    },
  }
}

/** What could not be read is what the task failed of; all else the child says. */
async function failed(error: unknown, heard: Promise<Outcome<unknown>>): Promise<Outcome<unknown>> {
  if (error === undefined) return heard
  return refuse('BLOB_UNAVAILABLE', (error as Error).message)
}

async function send({ stdin }: ChildProcess, parts: readonly SizedBytes[]): Promise<void> {
  for (const part of parts) {
    if (part.file !== null) continue
    let sent = 0
    for await (const bytes of ahead(part.read())) {
      sent += bytes.length
      if (stdin!.destroyed) return
      if (!stdin!.write(bytes)) await hasRoom(stdin!)
    }
    if (sent !== part.length) throw new Error(`${sent} bytes came, of ${part.length}`)
  }
}

/** The next piece is read while the one before is written. */
async function* ahead(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const iterator = pieces[Symbol.asyncIterator]()
  const read = () => {
    const next = iterator.next()
    // Whoever awaits it is told; until then nobody does.
    next.catch(() => 'whoever awaits it is told')
    return next
  }
  let next = read()
  try {
    for (;;) {
      const { value, done } = await next
      if (done === true) return
      next = read()
      yield value
    }
  } finally {
    await iterator.return?.()
  }
}

/** Until more can be written, or nobody reads any more. */
function hasRoom(stream: Writable): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      stream.off('drain', done).off('close', done)
      resolve()
    }
    stream.on('drain', done).on('close', done)
  })
}

const isSource = import.meta.url.endsWith('.ts')

function childFile(): URL {
  return new URL(isSource ? './aggregator-child.ts' : './aggregator-child.js', import.meta.url)
}

function interrupted() {
  return refuse('INTERRUPTED', 'it was stopped before the round was put together')
}
