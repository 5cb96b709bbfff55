// The one stream of events of this page: opened when somebody signs in, opened again where it
// breaks, from the place where it broke.
import { LedgerEntry } from '@vcp/protocol'
import { useEffect, useRef, useState } from 'preact/hooks'
import { ask, send } from './ask.ts'
import { createEventReader } from './event-lines.ts'
import { Refused } from './refused.ts'
import { session } from './session.ts'
import { createStore } from './store.ts'

export type LiveState =
  | { readonly kind: 'closed' }
  | { readonly kind: 'open' }
  /** Since when nothing is heard, and why. */
  | { readonly kind: 'away'; readonly sinceMs: number; readonly reason: string }

/** Whether what is shown is what is. */
export const live = createStore<LiveState>({ kind: 'closed' })

type Hear = (entry: LedgerEntry) => void

/** What was heard last, the newest last: whoever comes later is told of it too. */
let heardLately: LedgerEntry[] = []
const keptMax = 300
/** So much of the past is asked for when the stream is opened first. */
const pastEntries = 60

const listeners = new Set<Hear>()
const lookers = new Set<() => void>()

/** Longer than two signs of life of the coordinator: then the line is dead, whatever it says. */
const silenceMs = 40_000
const waitsMs = [500, 1_000, 2_000, 4_000, 8_000] as const

/** Follows the session until it is called off. */
export function followSession(): () => void {
  let stop = new AbortController()
  let who: string | null = null
  const begin = () => {
    const next = session.value === null ? null : session.value.name
    if (next === who) return
    who = next
    stop.abort()
    stop = new AbortController()
    if (who === null) live.set({ kind: 'closed' })
    else void follow(stop.signal)
  }
  begin()
  const unlisten = session.listen(begin)
  return () => {
    unlisten()
    stop.abort()
  }
}

async function follow(signal: AbortSignal): Promise<void> {
  heardLately = []
  let after = await placeInThePast(signal)
  for (let failures = 0; !signal.aborted; ) {
    let reason = 'the stream ended'
    try {
      for await (const heard of stream(after, signal)) {
        if (live.value.kind !== 'open') {
          live.set({ kind: 'open' })
          for (const look of [...lookers]) look()
        }
        failures = 0
        if (heard === null) continue
        after = heard.id
        tell(heard.data)
      }
    } catch (error) {
      if (signal.aborted) return
      reason = error instanceof Error ? error.message : String(error)
      const isFinal = error instanceof Refused && [401, 403].includes(error.status)
      if (isFinal) return away(reason)
    }
    if (signal.aborted) return
    away(reason)
    await pause(waitsMs[Math.min(failures, waitsMs.length - 1)]!, signal)
    failures += 1
  }
}

/** A little before the end of the log; null where nobody says where that is. */
async function placeInThePast(signal: AbortSignal): Promise<string | null> {
  try {
    const note = await ask('ledgerHead', { signal })
    // The second line of a checkpoint is the size (C2SP tlog-checkpoint).
    return `${Math.max(0, Number(note.split('\n')[1]) - pastEntries)}`
  } catch {
    return null
  }
}

async function* stream(after: string | null, signal: AbortSignal) {
  const query = after === null ? {} : { after }
  const silent = new AbortController()
  const either = AbortSignal.any([signal, silent.signal])
  const response = await send('events', { query, signal: either })
  const reader = response.body?.getReader()
  if (reader === undefined) return
  const decoder = new TextDecoder()
  const read = createEventReader()
  let timer = setTimeout(() => silent.abort(), silenceMs)
  try {
    for (;;) {
      const { done, value } = await reader.read()
      clearTimeout(timer)
      if (done) return
      timer = setTimeout(() => silent.abort(), silenceMs)
      yield* read(decoder.decode(value, { stream: true }))
    }
  } finally {
    clearTimeout(timer)
    await reader.cancel().catch(() => {
      // It is broken already.
    })
  }
}

/** What came and was not told yet. */
let waiting: string[] = []
let isTelling = false
/** Beyond this nobody could follow: what is left out is made good by looking at what is. */
const waitingMax = 2_000
/** So long at a time, and then a frame may be drawn. */
const sliceMs = 6

function tell(data: string): void {
  waiting.push(data)
  if (waiting.length > waitingMax) {
    waiting = waiting.slice(-keptMax)
    for (const look of [...lookers]) look()
  }
  if (isTelling) return
  isTelling = true
  setTimeout(tellSome)
}

function tellSome(): void {
  const until = performance.now() + sliceMs
  let told = 0
  while (told < waiting.length && performance.now() < until) {
    const entry = LedgerEntry.safeParse(JSON.parse(waiting[told] ?? ''))
    told += 1
    if (!entry.success) continue
    heardLately.push(entry.data)
    for (const hear of [...listeners]) hear(entry.data)
  }
  waiting = waiting.slice(told)
  heardLately = heardLately.slice(-keptMax)
  isTelling = waiting.length > 0
  if (isTelling) setTimeout(tellSome, 10)
}

function away(reason: string): void {
  const { value } = live
  const sinceMs = value.kind === 'away' ? value.sinceMs : Date.now()
  live.set({ kind: 'away', sinceMs, reason })
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, ms)
    function done() {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      removeEventListener('online', done)
      resolve()
    }
    signal.addEventListener('abort', done)
    addEventListener('online', done)
  })
}

/**
 * The newest entries that fit, the newest last; told anew a few times a second, for nobody reads
 * faster. `fits` must be the same function each time.
 */
export function useNewest(fits: (entry: LedgerEntry) => boolean, most: number) {
  const [entries, setEntries] = useState(() => heardLately.filter(fits).slice(-most))
  const fresh = useRef<LedgerEntry[]>([])
  useEvents((entry) => {
    if (fits(entry)) fresh.current.push(entry)
  })
  useEffect(() => {
    const timer = setInterval(() => {
      if (fresh.current.length === 0) return
      const more = fresh.current
      fresh.current = []
      setEntries((before) => [...before, ...more].slice(-most))
    }, 250)
    return () => clearInterval(timer)
  }, [most])
  return entries
}

/** Calls with each event while the component is there. */
export function useEvents(hear: Hear): void {
  const newest = useRef(hear)
  newest.current = hear
  useEffect(() => {
    const call: Hear = (entry) => newest.current(entry)
    listeners.add(call)
    return () => void listeners.delete(call)
  }, [])
}

/** Calls when the stream is open anew: events may have gone untold, so look at what is. */
export function onReopened(look: () => void): () => void {
  lookers.add(look)
  return () => void lookers.delete(look)
}
