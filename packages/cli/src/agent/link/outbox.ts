// Reports on their way to the coordinator: those of one task in their order, those of several tasks
// at the same time, each again and again until it is settled. The core keeps what is in here; this
// only sends.
import {
  type ErrorCode,
  type Outcome,
  pass,
  type Refusal,
  type Report,
  refuse,
  VcpError,
} from '@vcp/protocol'
import { pause, type Timers } from './timers.ts'

/** Sends one report; the answer comes when the coordinator has it on disk. */
export type SendReport = (report: Report, signal: AbortSignal) => Promise<Outcome<unknown>>

export interface Outbox {
  /** Twice the same report is sent once. */
  add(reportId: number, report: Report): void
  /** Where reports go from now on; null: nowhere for now. */
  attach(send: SendReport | null): void
  /** Forgets what waits: it belongs to another log. */
  clear(): void
  /** Ends, once what is being settled is. */
  close(): Promise<void>
  readonly size: number
}

export interface OutboxParts {
  readonly timers: Timers
  settle(reportId: number, answer: Outcome<null>): Promise<unknown>
  /** Told of a refusal that is not the last word. */
  refused(refusal: Refusal): void
}

/** The reports of one task, the oldest first. */
interface Lane {
  readonly waiting: { readonly reportId: number; readonly report: Report }[]
}

/** A way to the coordinator, for as long as there is one. */
interface Line {
  readonly send: SendReport
  readonly stop: AbortController
}

/** Reports at a time: enough to share an fsync of the coordinator, too few to flood it. */
const sendingMax = 64
const firstWaitMs = 100
const lastWaitMs = 30_000

export function createOutbox({ timers, settle, refused }: OutboxParts): Outbox {
  const lanes = new Map<string, Lane>()
  const known = new Set<number>()
  const settling = new Set<Promise<unknown>>()
  const slots = createSlots(sendingMax)
  let line: Line | null = null
  let attached = Promise.withResolvers<Line>()

  async function drain(name: string, lane: Lane): Promise<void> {
    let waitMs = firstWaitMs
    let last: Line | null = null
    while (lanes.get(name) === lane) {
      const [head] = lane.waiting
      if (head === undefined) {
        lanes.delete(name)
        return
      }
      const on: Line = line ?? (await attached.promise)
      if (on !== last) waitMs = firstWaitMs
      last = on
      const answer = await slots.with(async () =>
        lanes.get(name) === lane ? answerOf(head.report, on) : null,
      )
      // Where the line went away nobody knows whether the report was heard.
      if (answer === null || lanes.get(name) !== lane) continue
      if (answer.ok || !isPassing(answer.code)) {
        await settled(head.reportId, answer.ok ? pass(null) : answer)
        lane.waiting.shift()
        waitMs = firstWaitMs
      } else {
        refused(answer)
        await pause(timers, timers.jittered(waitMs), on.stop.signal).catch(() => null)
        waitMs = Math.min(lastWaitMs, 2 * waitMs)
      }
    }
  }

  async function settled(reportId: number, answer: Outcome<null>): Promise<void> {
    const done = settle(reportId, answer)
    settling.add(done)
    try {
      await done
    } finally {
      settling.delete(done)
      known.delete(reportId)
    }
  }

  function attach(send: SendReport | null): void {
    line?.stop.abort()
    line = send === null ? null : { send, stop: new AbortController() }
    if (line === null) return
    attached.resolve(line)
    attached = Promise.withResolvers()
  }

  function clear(): void {
    lanes.clear()
    known.clear()
  }

  return {
    get size() {
      return known.size
    },
    add(reportId, report) {
      if (known.has(reportId)) return
      known.add(reportId)
      const name = taskOf(report)
      const lane = lanes.get(name)
      if (lane !== undefined) {
        lane.waiting.push({ reportId, report })
        return
      }
      const made: Lane = { waiting: [{ reportId, report }] }
      lanes.set(name, made)
      void drain(name, made)
    },
    attach,
    clear,
    async close() {
      clear()
      attach(null)
      await Promise.all(settling)
    },
  }
}

/** Null where the line went away. */
async function answerOf(report: Report, { send, stop }: Line): Promise<Outcome<unknown> | null> {
  if (stop.signal.aborted) return null
  try {
    return await send(report, stop.signal)
  } catch (error) {
    if (stop.signal.aborted) return null
    if (error instanceof VcpError) return refuse(error.code, error.message)
    throw error
  }
}

/** Nothing about these is the report's fault: it is sent again. */
const passing = new Set<ErrorCode>([
  'NOT_FOUND',
  'DISK_FULL',
  'STORE_FULL',
  'OVERLOADED',
  'RATE_LIMITED',
  'REQUEST_TIMEOUT',
  'COORDINATOR_STOPPING',
  'JOURNAL_FAILED',
  'JOURNAL_FENCED',
  'BLOB_UNAVAILABLE',
  'PEER_UNREACHABLE',
  'PEER_TIMEOUT',
  'PEER_MISBEHAVED',
  'INTERNAL',
])

/** Whether a refusal is of the moment, and not of what was said. */
export function isPassing(code: ErrorCode): boolean {
  return passing.has(code)
}

function taskOf(report: Report): string {
  return report.report === 'signed' ? report.envelope.payload.task_id : report.task_id
}

/** So many at a time; the others wait in their order. */
function createSlots(max: number) {
  const waiting: (() => void)[] = []
  let free = max
  return {
    async with<T>(work: () => Promise<T>): Promise<T> {
      if (free > 0) free -= 1
      else await new Promise<void>((resolve) => waiting.push(resolve))
      try {
        return await work()
      } finally {
        const next = waiting.shift()
        if (next === undefined) free += 1
        else next()
      }
    },
  }
}
