import { type Line, line, type Span, shorten, span, spread } from '../text.ts'
import type { Asked, ClusterStats, NetworkFacts } from './facts.ts'

/** What is always in sight of a network: whose it is, whether it takes work, how much there is. */
export function networkHeader(facts: NetworkFacts, columns: number): readonly Line[] {
  const { health, stats, url } = facts
  const version = health.asked === 'answered' ? `vcp ${health.answer.version}` : ''
  const key = health.asked === 'answered' ? (health.answer.mesh?.peer_id ?? null) : null
  return [
    spread(line(span(` ${url}`, 'title'), '  ', readiness(facts)), line(version, ' '), columns),
    line(span(' peer ', 'quiet'), peerText(key, columns)),
    countsLine(stats),
  ]
}

function peerText(key: string | null, columns: number): Span {
  return key === null ? span('unknown', 'quiet') : span(shorten(key, columns >= 110 ? 52 : 24))
}

function readiness({ health, stats }: NetworkFacts): Span {
  if (health.asked === 'never') return span('asking', 'quiet')
  if (health.asked === 'refused') return span(health.reason, 'bad')
  const { ready, status, reason } = health.answer
  if (!ready) return span(`takes no work: ${reason ?? 'no reason given'}`, 'bad')
  if (status !== 'ok') return span(`${status}: ${reason ?? 'no reason given'}`, 'warn')
  return stats.asked === 'refused' ? span(stats.reason, 'warn') : span('ready', 'good')
}

function countsLine(stats: Asked<ClusterStats>): Line {
  if (stats.asked !== 'answered') return line(span(' nodes and tasks unknown', 'quiet'))
  const { nodes, tasks, total_nodes: total } = stats.answer
  const figures = [
    ['nodes', `${nodes.online ?? 0} online of ${total}`],
    ['waiting', tasks.pending ?? 0],
    ['running', (tasks.assigned ?? 0) + (tasks.running ?? 0) + (tasks.verifying ?? 0)],
    ['completed', tasks.completed ?? 0],
    ['failed', tasks.failed ?? 0],
  ] as const
  return line(...figures.flatMap(([name, value]) => [span(` ${name} `, 'quiet'), `${value} `]))
}
