// What is known of a network through its coordinator, and how each piece of news changes that.
import type {
  AccountStanding,
  CoordinatorHealth,
  NodeInfo,
  Round,
  routes,
  TaskInfo,
} from '@vcp/protocol'
import type * as z from 'zod'

export type ClusterStats = z.infer<(typeof routes)['clusterStats']['answer']>
export type Census = z.infer<(typeof routes)['clusterCensus']['answer']>

/** One page of what there is. */
export interface Listed<Item> {
  readonly items: readonly Item[]
  readonly isAll: boolean
}

/** By the name of what is asked for. */
export interface Answers {
  readonly health: CoordinatorHealth
  readonly stats: ClusterStats
  readonly census: Census
  readonly nodes: Listed<NodeInfo>
  readonly tasks: Listed<TaskInfo>
  readonly rounds: Listed<Round>
  readonly account: AccountStanding
}

export type Asked<Answer> =
  | { readonly asked: 'never' }
  /** What was known before is not true any more. */
  | { readonly asked: 'refused'; readonly reason: string }
  | { readonly asked: 'answered'; readonly atMs: number; readonly answer: Answer }

export type Ended = Readonly<Record<'completed' | 'failed' | 'waiting', number>>

export type NetworkFacts = {
  readonly atMs: number
  readonly url: string
  /** How many tasks had ended, and how many had not, at each look. */
  readonly past: readonly (Ended & { readonly atMs: number })[]
  readonly firstBalance: { readonly atMs: number; readonly micro: number } | null
} & { readonly [Name in keyof Answers]: Asked<Answers[Name]> }

export type NetworkNews =
  | { readonly news: 'time'; readonly atMs: number }
  | { readonly news: 'refused'; readonly of: keyof Answers; readonly reason: string }
  | {
      [Name in keyof Answers]: {
        readonly news: 'answered'
        readonly of: Name
        readonly answer: Answers[Name]
      }
    }[keyof Answers]

const looksKept = 240
const never = { asked: 'never' } as const

export function nothingKnown(url: string, atMs: number): NetworkFacts {
  return {
    atMs,
    url,
    past: [],
    firstBalance: null,
    health: never,
    stats: never,
    census: never,
    nodes: never,
    tasks: never,
    rounds: never,
    account: never,
  }
}

export function noted(facts: NetworkFacts, news: NetworkNews): NetworkFacts {
  const { atMs } = facts
  if (news.news === 'time') return { ...facts, atMs: news.atMs }
  if (news.news === 'refused') {
    return { ...facts, [news.of]: { asked: 'refused', reason: news.reason } }
  }
  const next = { ...facts, [news.of]: { asked: 'answered', atMs, answer: news.answer } }
  if (news.of === 'stats') {
    const past = [...facts.past, { atMs, ...endedIn(news.answer) }].slice(-looksKept)
    return { ...next, past }
  }
  if (news.of === 'account' && facts.firstBalance === null) {
    return { ...next, firstBalance: { atMs, micro: balanceOf(news.answer) } }
  }
  return next
}

export function balanceOf({ balance_micro: own, wallets }: AccountStanding): number {
  return own + wallets.reduce((sum, { balance_micro: micro }) => sum + micro, 0)
}

function endedIn({ tasks }: ClusterStats): Ended {
  const { completed = 0, failed = 0, pending = 0, assigned = 0, running = 0 } = tasks
  return { completed, failed, waiting: pending + assigned + running + (tasks.verifying ?? 0) }
}

/** Tasks completed a second between one look and the next. */
export function completedPerSecond({ past }: NetworkFacts): readonly number[] {
  return past.slice(1).map(({ atMs, completed }, i) => {
    const before = past[i]!
    // A coordinator that forgets what is old counts less than before.
    return Math.max(0, completed - before.completed) / Math.max(0.001, (atMs - before.atMs) / 1_000)
  })
}
