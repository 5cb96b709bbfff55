import { type NodeInfo, reputationOf } from '@vcp/protocol'
import { gauge } from '../../plot/gauge.ts'
import { type Described, describedLines } from '../described.ts'
import { duration, known, unknown } from '../figures.ts'
import type { Pane } from '../pane.ts'
import type { Column, TableRow } from '../table.ts'
import { type Line, line, type Span, span, type Tone } from '../text.ts'
import type { NetworkFacts } from './facts.ts'
import { reasonOf } from './not-there.ts'
import { rowsOfAnswer } from './rows-of-answer.ts'

const columns: readonly Column[] = [
  { title: 'NODE', width: 'rest' },
  { title: 'REGION', width: 12, from: 100 },
  { title: 'STATUS', width: 8 },
  { title: 'MODE', width: 9 },
  { title: 'HEALTH', width: 9, below: 100 },
  { title: 'HEALTH', width: 14, from: 100 },
  { title: 'TASKS', width: 5, isRight: true },
  { title: 'REPUTATION', width: 10, isRight: true },
  { title: 'SEEN', width: 8, isRight: true },
]

const rowsOf = rowsOfAnswer(rowOf)

export const fleetPane: Pane<NetworkFacts> = {
  words: ['fleet', 'nodes', 'node'],
  title: 'Fleet',
  above: ({ nodes }) => {
    if (nodes.asked !== 'answered' || nodes.answer.isAll) return []
    const { length } = nodes.answer.items
    return [line(span(`  the first ${length} nodes of more`, 'quiet')), []]
  },
  table: {
    columns,
    rows: ({ nodes }) => rowsOf(nodes),
    empty: ({ nodes }) => (nodes.asked === 'answered' ? 'no nodes' : reasonOf(nodes)),
    describe({ nodes, atMs }, key, width) {
      if (nodes.asked !== 'answered') return null
      const node = nodes.answer.items.find(({ peer_id: id }) => id === key)
      return node === undefined ? null : described(node, atMs, width)
    },
  },
}

const tones: Readonly<Record<NodeInfo['status'], Tone>> = {
  online: 'good',
  degraded: 'warn',
  unknown: 'warn',
  offline: 'bad',
}

function rowOf(node: NodeInfo, atMs: number): TableRow {
  const { peer_id: key, mode, record } = node
  return {
    key,
    cells: [
      span(node.node_id),
      span(node.region),
      span(node.status, tones[node.status]),
      span(mode.replace('_', ' '), mode === 'active' ? 'plain' : 'warn'),
      healthOf(node, 5),
      healthOf(node, 10),
      span(String(node.open_assignments)),
      span(reputationOf(record).toFixed(2)),
      span(duration(atMs - Date.parse(node.last_seen))),
    ],
  }
}

function healthOf({ health_score: health }: NodeInfo, columns: number): Span {
  return known(health, (it) => `${gauge(it, columns)} ${Math.round(it)}`)
}

function described(node: NodeInfo, atMs: number, width: number): readonly Line[] {
  const { record, capabilities } = node
  const { succeeded, failed, disputes_lost: lost } = record
  const rows: readonly Described[] = [
    ['node', node.node_id],
    ['peer', node.peer_id],
    ['owner', node.owner_address ?? `the account ${node.owner_id}`],
    ['region', node.region],
    ['type', node.node_type],
    ['status', span(node.status, tones[node.status])],
    ['mode', node.mode.replace('_', ' ')],
    ['health', known(node.health_score, (it) => `${it.toFixed(1)} of 100`)],
    ['holds', `${node.open_assignments} tasks`],
    ['reputation', reputationOf(record).toFixed(2)],
    ['judged', `${succeeded} good, ${failed} bad, ${lost} disputes lost`],
    ['registered', node.registered_at],
    ['seen', `${node.last_seen}, ${duration(atMs - Date.parse(node.last_seen))} ago`],
    ...Object.entries(capabilities).map(([name, value]) => {
      const text = typeof value === 'string' ? value : JSON.stringify(value)
      return [name.replaceAll('_', ' '), value === null ? unknown : text] as const
    }),
  ]
  return describedLines(rows, width)
}
