// Asks the coordinator, for as long as somebody looks: what the pane needs, within what the rates
// of one account allow. Its events are not listened to: there may be thousands a second.
import type { Connection } from '@vcp/client'
import { type NodeInfo, type TaskInfo, VcpError } from '@vcp/protocol'
import { pause, type Timers } from '../../agent/link/timers.ts'
import type { Answers, NetworkNews } from './facts.ts'
import { createNewestRounds } from './newest-rounds.ts'

export interface FeedParts {
  readonly connection: Pick<Connection, 'ask'>
  pane(): string
  onPane(listener: () => void): () => void
  tell(news: NetworkNews): void
  readonly timers: Timers
  readonly signal: AbortSignal
}

type Ask<Name extends keyof Answers> = (
  connection: Pick<Connection, 'ask'>,
) => Promise<Answers[Name]>

interface Question<Name extends keyof Answers> {
  readonly everyMs: number
  /** Null: whatever is looked at. */
  readonly pane: string | null
  readonly ask: Ask<Name>
}

const nodesMax = 200
const tasksMax = 100

type Questions = { readonly [Name in keyof Answers]: Question<Name> }

const questions: Omit<Questions, 'rounds'> = {
  stats: { everyMs: 3_000, pane: null, ask: ({ ask }) => ask('clusterStats') },
  health: { everyMs: 10_000, pane: null, ask: ({ ask }) => ask('health') },
  census: { everyMs: 15_000, pane: 'overview', ask: ({ ask }) => ask('clusterCensus') },
  nodes: {
    everyMs: 10_000,
    pane: 'fleet',
    async ask({ ask }) {
      const page = await ask('listNodes', { query: { limit: nodesMax } })
      return { items: page['nodes'] as readonly NodeInfo[], isAll: page['next_cursor'] === null }
    },
  },
  tasks: {
    everyMs: 5_000,
    pane: 'queue',
    async ask({ ask }) {
      const page = await ask('listTasks', { query: { limit: tasksMax } })
      return { items: page['tasks'] as readonly TaskInfo[], isAll: page['next_cursor'] === null }
    },
  },
  account: { everyMs: 5_000, pane: 'money', ask: ({ ask }) => ask('getAccount') },
}

/** Resolves when the signal says so. A question that is slow keeps none of the others waiting. */
export async function followNetwork(parts: FeedParts): Promise<void> {
  const rounds: Question<'rounds'> = {
    everyMs: 5_000,
    pane: 'rounds',
    ask: createNewestRounds(null).read,
  }
  const all: Questions = { ...questions, rounds }
  const names = Object.keys(all) as (keyof Answers)[]
  await Promise.all([telling(parts), ...names.map((name) => asking(name, all[name], parts))])
}

async function telling({ timers, signal, tell }: FeedParts): Promise<void> {
  while (!signal.aborted) {
    tell({ news: 'time', atMs: timers.nowMs() })
    await pause(timers, 1_000, signal).catch(() => {
      // The signal: the loop ends.
    })
  }
}

async function asking<Name extends keyof Answers>(
  name: Name,
  { everyMs, pane, ask }: Question<Name>,
  parts: FeedParts,
): Promise<void> {
  const { connection, timers, signal, tell } = parts
  while (!signal.aborted) {
    if (pane === null || parts.pane() === pane) {
      try {
        const answer = await ask(connection)
        tell({ news: 'answered', of: name, answer } as NetworkNews)
      } catch (error) {
        if (signal.aborted) return
        tell({ news: 'refused', of: name, reason: reasonOf(error) })
      }
      await pause(timers, everyMs, signal).catch(() => {
        // The signal: the loop ends.
      })
    } else await turned(parts)
  }
}

/** Until another pane is looked at, or the signal. */
function turned({ onPane, signal }: FeedParts): Promise<void> {
  return new Promise((resolve) => {
    const end = onPane(done)
    function done(): void {
      end()
      signal.removeEventListener('abort', done)
      resolve()
    }
    if (signal.aborted) done()
    else signal.addEventListener('abort', done, { once: true })
  })
}

/** What is no failure that we know is a bug of ours. */
function reasonOf(error: unknown): string {
  if (!(error instanceof VcpError)) throw error
  return error.code === 'UNAUTHENTICATED' ? 'sign in with `vcp account login`' : error.message
}
