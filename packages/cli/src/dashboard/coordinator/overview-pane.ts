import { evidenceLevels, NodeStatus, TaskState } from '@vcp/protocol'
import { gauge } from '../../plot/gauge.ts'
import { scaleOver } from '../../plot/scale.ts'
import { sparkline } from '../../plot/sparkline.ts'
import { count, duration } from '../figures.ts'
import type { Pane } from '../pane.ts'
import { type Line, line, span } from '../text.ts'
import { type Census, type ClusterStats, completedPerSecond, type NetworkFacts } from './facts.ts'
import { notThere } from './not-there.ts'

/** How much is done, by whom, and how sure it is. */
export const overviewPane: Pane<NetworkFacts> = {
  words: ['overview', 'throughput'],
  title: 'Overview',
  above(facts, { columns }) {
    const { stats, census } = facts
    if (stats.asked !== 'answered') return [notThere(stats)]
    return [
      ...throughput(facts, columns),
      [],
      ...shares('nodes', NodeStatus.options, stats.answer.nodes),
      [],
      ...shares('tasks', TaskState.options, stats.answer.tasks),
      [],
      ...shares('evidence', evidenceLevels, stats.answer.levels),
      [],
      ...health(stats.answer, census.asked === 'answered' ? census.answer : null),
    ]
  },
}

function throughput(facts: NetworkFacts, columns: number): readonly Line[] {
  const rates = completedPerSecond(facts)
  const last = rates.at(-1)
  const [first, newest] = [facts.past[0], facts.past.at(-1)]
  if (last === undefined || first === undefined || newest === undefined) {
    return [line(span('  completed a second   ', 'quiet'), 'unknown until the next look')]
  }
  const room = Math.max(10, columns - 44)
  const shown = rates.slice(-room)
  const { max } = scaleOver([0, ...shown], 4)
  return [
    line(
      span('  completed a second ', 'quiet'),
      last.toFixed(1).padStart(7),
      '  ',
      span(sparkline(shown, { min: 0, max, columns: room }), 'code'),
      span(` 0-${count(max)}/s`, 'quiet'),
    ),
    line(
      span('  since this dashboard ', 'quiet'),
      `${newest.completed - first.completed} in ${duration(newest.atMs - first.atMs)}`,
    ),
  ]
}

/** A line for each of the names that anything counts to. */
function shares(
  title: string,
  names: readonly string[],
  counts: Readonly<Record<string, number | undefined>>,
): readonly Line[] {
  const total = names.reduce((sum, name) => sum + (counts[name] ?? 0), 0)
  if (total === 0) return [line(span(`  ${title.padEnd(10)}`, 'quiet'), 'none')]
  const there = names.filter((name) => (counts[name] ?? 0) > 0)
  return there.map((name, i) => {
    const number = counts[name] ?? 0
    return line(
      span(`  ${(i === 0 ? title : '').padEnd(10)}`, 'quiet'),
      name.padEnd(12),
      gauge((100 * number) / total, 20),
      ` ${String(number).padStart(8)}`,
    )
  })
}

function health(stats: ClusterStats, census: Census | null): readonly Line[] {
  const { average_health: average, healthy_nodes: healthy, total_nodes: total } = stats
  const mean = average === null ? 'unknown' : `${average.toFixed(0)} of 100`
  const text = `${healthy} of ${total} nodes healthy, on average ${mean}`
  const first = [span('  health    ', 'quiet'), span(text)]
  if (census === null) return [first]
  const bars = sparkline(census.health, {
    min: 0,
    max: Math.max(1, ...census.health),
    columns: census.health.length,
  })
  const spread = [span('   0 ', 'quiet'), span(bars, 'code'), span(' 100', 'quiet')]
  const regions = census.regions.slice(0, 6).map(({ region, nodes, online }) => {
    return line(span('            ', 'quiet'), `${region}: ${online} online of ${nodes}`)
  })
  return [
    [...first, ...spread],
    line(span('  regions   ', 'quiet'), String(census.regions.length)),
    ...regions,
  ]
}
