// What is known of a node, and how each piece of news changes that.
import type { NodeHistory, NodeInfo, Round } from '@vcp/protocol'
import type { History, MeshStatus, Results, TrainingStatus } from '../../agent/api/details.ts'
import type { AgentStatus } from '../../agent/api/status.ts'
import type { WrittenLine } from '../../agent/log/log.ts'

export interface LoggedLine {
  /** Counted from the first that was read. */
  readonly number: number
  readonly line: WrittenLine
}

/** What the coordinator says of the node, or why that is not known. */
export type Standing =
  | { readonly standing: 'unknown'; readonly reason: string }
  | {
      readonly standing: 'known'
      readonly atMs: number
      readonly info: NodeInfo
      readonly history: NodeHistory
    }

/** What the coordinator says of the rounds, or why that is not known. */
export type Rounds =
  | { readonly rounds: 'unknown'; readonly reason: string }
  | { readonly rounds: 'known'; readonly all: readonly Round[] }

/** The budget of a data set here. */
export interface Spending {
  readonly dataset: string
  readonly delta: number
  readonly granted: number
  /** By the figure that budgets are held to. */
  readonly spent: number
  readonly left: number
}

export interface NodeFacts {
  readonly atMs: number
  /** The last one that came. */
  readonly status: AgentStatus | null
  /** Since when and why the agent does not answer; null: it does. */
  readonly silent: { readonly sinceMs: number; readonly reason: string } | null
  readonly history: History | null
  readonly mesh: { readonly atMs: number; readonly status: MeshStatus } | null
  /** Messages a second by topic, between the last two looks; null: there was one look only. */
  readonly heardPerSecond: Readonly<Record<string, number>> | null
  readonly results: Results | null
  readonly standing: Standing
  readonly training: TrainingStatus | null
  readonly rounds: Rounds
  /** Null: not looked at yet. */
  readonly spending: readonly Spending[] | null
  readonly logs: readonly LoggedLine[]
  readonly linesRead: number
}

export type NodeNews =
  | { readonly news: 'time'; readonly atMs: number }
  | { readonly news: 'status'; readonly status: AgentStatus }
  | { readonly news: 'silent'; readonly reason: string }
  | { readonly news: 'history'; readonly history: History }
  | { readonly news: 'mesh'; readonly mesh: MeshStatus }
  | { readonly news: 'results'; readonly results: Results }
  | { readonly news: 'standing'; readonly standing: Standing }
  | { readonly news: 'training'; readonly training: TrainingStatus }
  | { readonly news: 'rounds'; readonly rounds: Rounds }
  | { readonly news: 'spending'; readonly spending: readonly Spending[] }
  | { readonly news: 'logged'; readonly lines: readonly WrittenLine[] }

export const linesKept = 1_000

export function nothingKnown(atMs: number): NodeFacts {
  return {
    atMs,
    status: null,
    silent: null,
    history: null,
    mesh: null,
    heardPerSecond: null,
    results: null,
    standing: { standing: 'unknown', reason: 'nobody was asked yet' },
    training: null,
    rounds: { rounds: 'unknown', reason: 'nobody was asked yet' },
    spending: null,
    logs: [],
    linesRead: 0,
  }
}

export function noted(facts: NodeFacts, news: NodeNews): NodeFacts {
  switch (news.news) {
    case 'time':
      return { ...facts, atMs: news.atMs }
    case 'status':
      return { ...facts, status: news.status, silent: null }
    case 'silent': {
      const { sinceMs } = facts.silent ?? { sinceMs: facts.atMs }
      return { ...facts, silent: { sinceMs, reason: news.reason } }
    }
    case 'history':
      return { ...facts, history: news.history }
    case 'mesh':
      return {
        ...facts,
        mesh: { atMs: facts.atMs, status: news.mesh },
        heardPerSecond: ratesOf(facts, news.mesh),
      }
    case 'results':
      return { ...facts, results: news.results }
    case 'standing':
      return { ...facts, standing: news.standing }
    case 'training':
      return { ...facts, training: news.training }
    case 'rounds':
      return { ...facts, rounds: news.rounds }
    case 'spending':
      return { ...facts, spending: news.spending }
    case 'logged': {
      const added = news.lines.map((line, i) => ({ number: facts.linesRead + i, line }))
      return {
        ...facts,
        logs: [...facts.logs, ...added].slice(-linesKept),
        linesRead: facts.linesRead + added.length,
      }
    }
  }
}

function ratesOf({ mesh, atMs, heardPerSecond }: NodeFacts, next: MeshStatus) {
  if (mesh === null) return null
  const seconds = (atMs - mesh.atMs) / 1_000
  if (seconds <= 0) return heardPerSecond
  const before = new Map(mesh.status.topics.map(({ name, heard }) => [name, heard]))
  // An agent that was started anew counts from zero.
  return Object.fromEntries(
    next.topics.map(({ name, heard }) => {
      return [name, Math.max(0, heard - (before.get(name) ?? 0)) / seconds]
    }),
  )
}
