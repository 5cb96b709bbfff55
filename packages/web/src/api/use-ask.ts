// What a route answers, kept up to date while it is shown.
import type { LedgerEntry, RouteName } from '@vcp/protocol'
import { useCallback, useEffect, useRef, useState } from 'preact/hooks'
import { type AnswerOf, type Asked, ask } from './ask.ts'
import { onReopened, useEvents } from './live.ts'
import { Refused } from './refused.ts'

export interface Answer<Value> {
  /** The newest there is, which stays when a later question fails. */
  readonly value: Value | null
  readonly error: Refused | null
  readonly isAsking: boolean
  reload(): void
}

export interface Freshness {
  /** Asked again after so long. */
  readonly everyMs?: number
  /** Asked again after such an event, a little later, however many there are. */
  readonly on?: (entry: LedgerEntry) => boolean
  /** Not asked at all while this is so. */
  readonly isIdle?: boolean
}

/** At most one question in this time, whatever happens: thirty a minute are allowed. */
const settleMs = 2_500

export function useAsk<Name extends RouteName>(
  name: Name,
  asked: Omit<Asked, 'signal'> = {},
  freshness: Freshness = {},
): Answer<AnswerOf<Name>> {
  const key = JSON.stringify(asked)
  return useAnswer(
    useCallback(
      (signal: AbortSignal) => ask(name, { ...(JSON.parse(key) as Asked), signal }),
      [name, key],
    ),
    freshness,
  )
}

/** The same for what takes more than one question. `fetch` must be the same function each time. */
export function useAnswer<Value>(
  fetch: (signal: AbortSignal) => Promise<Value>,
  { everyMs, on, isIdle = false }: Freshness = {},
): Answer<Value> {
  const [state, setState] = useState<Omit<Answer<Value>, 'reload'>>(nothing)
  const [turn, setTurn] = useState(0)
  const timer = useRef<ReturnType<typeof setTimeout> | null>(null)
  const reload = useCallback(() => setTurn((before) => before + 1), [])
  const soon = useCallback(() => {
    timer.current ??= setTimeout(() => {
      timer.current = null
      reload()
    }, settleMs)
  }, [reload])

  useEffect(() => setState(nothing), [fetch])
  useEffect(() => {
    if (isIdle) return
    const stop = new AbortController()
    setState((before) => ({ ...before, isAsking: true }))
    fetch(stop.signal).then(
      (value) => {
        if (!stop.signal.aborted) setState({ value, error: null, isAsking: false })
      },
      (error: unknown) => {
        if (stop.signal.aborted) return
        setState((before) => ({ ...before, error: asRefused(error), isAsking: false }))
      },
    )
    return () => stop.abort()
  }, [fetch, turn, isIdle])
  useEffect(() => {
    if (everyMs === undefined || isIdle) return
    const again = setInterval(() => {
      if (!document.hidden) reload()
    }, everyMs)
    return () => clearInterval(again)
  }, [everyMs, isIdle, reload])
  useEffect(() => onReopened(soon), [soon])
  useEffect(() => () => clearTimeout(timer.current ?? undefined), [])
  useEvents((entry) => {
    if (!isIdle && on?.(entry) === true) soon()
  })
  return { ...state, reload }
}

const nothing = { value: null, error: null, isAsking: true } as const

function asRefused(error: unknown): Refused {
  if (error instanceof Refused) return error
  const message = error instanceof Error ? error.message : String(error)
  return new Refused({ code: 'INTERNAL', message, hint: 'Load the page anew.', status: 0 })
}
