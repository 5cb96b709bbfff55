// Asks the agent, for as long as somebody looks. Its events are not listened to: what they cost
// would grow with the load of the node, and this does not.
import { VcpError } from '@vcp/protocol'
import type { AgentClient } from '../../agent/api/client.ts'
import { pause, type Timers } from '../../agent/link/timers.ts'
import { readLine } from '../../agent/log/log.ts'
import { lastLines } from '../../agent/log/read-log.ts'
import { openTail } from '../../agent/log/tail.ts'
import type { NodeNews, Rounds, Spending, Standing } from './facts.ts'

export interface FeedParts {
  readonly client: Pick<AgentClient, 'status' | 'detail'>
  /** The files of its log, from the oldest to the newest. */
  readonly logFiles: readonly string[]
  /** What the coordinator says of the node, and of the rounds of its trainings. */
  standing(): Promise<Standing>
  rounds(): Promise<Rounds>
  /** What the budgets of the data sets are, from the ledger of the data folder. */
  spending(): Promise<readonly Spending[]>
  /** The pane that is looked at, and when it is another one. */
  pane(): string
  onPane(listener: () => void): () => void
  tell(news: NodeNews): void
  readonly timers: Timers
  readonly signal: AbortSignal
}

const lookMs = 1_000
const linesAtFirst = 500

type Ask = (parts: FeedParts) => Promise<void>

/** What is asked for while its pane is looked at, no more often than this. */
interface Closer {
  readonly pane: string
  readonly everyMs: number
  readonly ask: Ask
}

const ofAgent: readonly Closer[] = [
  {
    pane: 'hardware',
    everyMs: 5_000,
    ask: async ({ client, tell }) =>
      tell({ news: 'history', history: await client.detail('/history') }),
  },
  {
    pane: 'mesh',
    everyMs: 2_000,
    ask: async ({ client, tell }) => tell({ news: 'mesh', mesh: await client.detail('/mesh') }),
  },
  {
    pane: 'evidence',
    everyMs: 2_000,
    ask: async ({ client, tell }) =>
      tell({ news: 'results', results: await client.detail('/results') }),
  },
  {
    pane: 'training',
    everyMs: 2_000,
    ask: async ({ client, tell }) =>
      tell({ news: 'training', training: await client.detail('/training') }),
  },
  {
    pane: 'training',
    everyMs: 30_000,
    ask: async ({ spending, tell }) => tell({ news: 'spending', spending: await spending() }),
  },
]

const ofCoordinator: readonly Closer[] = [
  {
    pane: 'evidence',
    everyMs: 15_000,
    ask: async ({ standing, tell }) => tell({ news: 'standing', standing: await standing() }),
  },
  {
    pane: 'training',
    everyMs: 5_000,
    ask: async ({ rounds, tell }) => tell({ news: 'rounds', rounds: await rounds() }),
  },
]

/** Resolves when the signal says so. A slow coordinator keeps nobody from seeing the agent. */
export async function followNode(parts: FeedParts): Promise<void> {
  await Promise.all([
    looking(parts, askingCloser(ofCoordinator)),
    looking(parts, askingAgent(parts)),
    looking(parts, readingLog(parts)),
  ])
}

/** Looks now, every second, and when another pane is looked at. */
async function looking(parts: FeedParts, look: Ask): Promise<void> {
  const { timers, signal, onPane } = parts
  while (!signal.aborted) {
    const turned = new AbortController()
    const end = onPane(() => turned.abort())
    await look(parts)
    await pause(timers, lookMs, AbortSignal.any([signal, turned.signal])).catch(() => {
      // Somebody wants to see more, or nothing more: the loop knows.
    })
    end()
  }
}

function askingAgent(parts: FeedParts): Ask {
  const { client, timers, tell } = parts
  const closer = askingCloser(ofAgent)
  return async () => {
    tell({ news: 'time', atMs: timers.nowMs() })
    try {
      tell({ news: 'status', status: await client.status() })
      await closer(parts)
    } catch (error) {
      // An agent that was started before this program was installed knows less.
      if (error instanceof VcpError && error.code === 'NOT_FOUND') return
      tell({ news: 'silent', reason: reasonOf(error) })
    }
  }
}

function askingCloser(all: readonly Closer[]): Ask {
  const askedAtMs = new Map<Closer, number>()
  return async (parts) => {
    const nowMs = parts.timers.nowMs()
    for (const each of all) {
      const isDue = nowMs >= (askedAtMs.get(each) ?? Number.NEGATIVE_INFINITY) + each.everyMs
      if (parts.pane() !== each.pane || !isDue) continue
      askedAtMs.set(each, nowMs)
      await each.ask(parts)
    }
  }
}

function readingLog({ logFiles, signal }: FeedParts): Ask {
  const newest = logFiles.at(-1)
  const tail = newest === undefined ? null : openTail(newest)
  signal.addEventListener('abort', () => tail?.close(), { once: true })
  let first: readonly string[] | null = lastLines(logFiles, linesAtFirst)
  return async ({ tell }) => {
    const texts = [...(first ?? []), ...(tail?.read() ?? [])]
    first = null
    const lines = texts.flatMap((text) => readLine(text) ?? [])
    if (lines.length > 0) tell({ news: 'logged', lines })
  }
}

/** What is no failure that we know is a bug of ours. */
function reasonOf(error: unknown): string {
  if (error instanceof VcpError) return error.message
  throw error
}
