// Who listens to events at the moment: so many in all and of one account, all of them told to stop
// when the server does.
import { type AccountId, type Outcome, pass, refuse } from '@vcp/protocol'
import type { Identity } from '../accounts/identity.ts'
import type { HttpMetrics } from './metrics.ts'
import type { EventFeed, FeedEvent } from './ports.ts'

export interface Streams {
  open(viewer: Identity, asked: EventsAsked): Outcome<AsyncIterable<Told>>
  stop(): void
}

export interface EventsAsked {
  /** Null: from now on. */
  readonly after: number | null
  /** Null: of any type. */
  readonly types: ReadonlySet<string> | null
}

/** What happened since, all at once, or that there was nothing to tell for a while. */
export type Told = readonly FeedEvent[] | 'still-here'

export interface StreamParts {
  readonly feed: EventFeed
  readonly metrics: HttpMetrics
  readonly heartbeatMs: number
  readonly streamsMax: number
  readonly perAccountMax: number
}

export function createStreams(parts: StreamParts): Streams {
  const { feed, metrics, heartbeatMs, streamsMax, perAccountMax } = parts
  const perAccount = new Map<AccountId, number>()
  const stopping = new AbortController()
  let open = 0

  function count(accountId: AccountId, by: 1 | -1): void {
    open += by
    metrics.streams(open)
    const left = (perAccount.get(accountId) ?? 0) + by
    if (left === 0) perAccount.delete(accountId)
    else perAccount.set(accountId, left)
  }

  async function* events(
    viewer: Identity,
    after: number,
    types: EventsAsked['types'],
  ): AsyncGenerator<Told> {
    let [at, toldAtMs] = [after, performance.now()]
    while (!stopping.signal.aborted) {
      const { events: page, upTo } = await feed.read(viewer, at, types)
      // Of all that happens nothing may be for it; nor would it learn that nobody listens.
      const leftMs = toldAtMs + heartbeatMs - performance.now()
      if (page.length > 0) yield page
      else if (leftMs <= 0) yield 'still-here'
      else if (upTo === at) await somethingCame(at, leftMs)
      if (page.length > 0 || leftMs <= 0) toldAtMs = performance.now()
      at = upTo
    }
  }

  async function somethingCame(after: number, msMax: number): Promise<void> {
    const waited = new AbortController()
    const signal = AbortSignal.any([waited.signal, stopping.signal])
    const timer = setTimeout(() => waited.abort(), msMax)
    await feed.more(after, signal)
    clearTimeout(timer)
  }

  return {
    open(viewer, { after, types }) {
      if (open >= streamsMax || (perAccount.get(viewer.accountId) ?? 0) >= perAccountMax) {
        return refuse('RATE_LIMITED', 'too many streams of events are open: close one first')
      }
      count(viewer.accountId, 1)
      const told = events(viewer, after ?? feed.newest, types)
      return pass(counted(told, () => count(viewer.accountId, -1)))
    },
    stop: () => stopping.abort(),
  }
}

/** Says when a stream is over, however it ends, even if nobody ever read from it. */
function counted<T>(source: AsyncGenerator<T>, over: () => void): AsyncIterable<T> {
  let isOver = false
  const end = () => {
    if (!isOver) over()
    isOver = true
  }
  return {
    [Symbol.asyncIterator]: () => ({
      async next() {
        const result = await source.next()
        if (result.done === true) end()
        return result
      },
      async return() {
        end()
        return source.return(undefined)
      },
    }),
  }
}
