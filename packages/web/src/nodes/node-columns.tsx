import { type NodeInfo, reputationOf } from '@vcp/protocol'
import { Badge } from '../parts/badge.tsx'
import { ago, brief, compact, dateTime, number, unknown } from '../parts/figures.ts'
import type { Column } from '../parts/long-table.tsx'
import { modeTones, nodeTones, words } from '../parts/tones.ts'
import { hrefOf } from '../shell/address.ts'

export const nodeColumns: readonly Column<NodeInfo>[] = [
  {
    name: 'name',
    title: 'Name',
    cell: ({ node_id, peer_id }) => (
      <a class="two" href={hrefOf('nodes', peer_id)} title={peer_id}>
        <span>{node_id}</span>
        <small class="mono">{brief(peer_id)}</small>
      </a>
    ),
    order: ({ node_id }) => node_id.toLowerCase(),
  },
  {
    name: 'status',
    title: 'State',
    width: 128,
    cell: ({ status }) => <Badge tone={nodeTones[status]}>{status}</Badge>,
    order: ({ status }) => status,
  },
  {
    name: 'mode',
    title: 'Mode',
    width: 112,
    spare: 2,
    cell: ({ mode }) =>
      mode === 'active' ? 'active' : <Badge tone={modeTones[mode]}>{words(mode)}</Badge>,
    order: ({ mode }) => mode,
  },
  {
    name: 'health',
    title: 'Health',
    width: 104,
    cell: ({ health_score: score }) =>
      score === null ? <span class="quiet">{unknown}</span> : <Health score={score} />,
    order: ({ health_score }) => health_score,
  },
  {
    name: 'region',
    title: 'Region',
    width: 84,
    spare: 5,
    cell: ({ region }) => region,
    order: ({ region }) => region.toLowerCase(),
  },
  {
    name: 'type',
    title: 'Type',
    width: 84,
    spare: 8,
    cell: ({ node_type }) => words(node_type),
    order: ({ node_type }) => node_type,
  },
  {
    name: 'cores',
    title: 'Cores',
    width: 64,
    isRight: true,
    spare: 7,
    cell: ({ capabilities }) => number(capabilities.cpu_cores),
    order: ({ capabilities }) => capabilities.cpu_cores,
  },
  {
    name: 'memory',
    title: 'Memory',
    width: 92,
    isRight: true,
    spare: 6,
    cell: ({ capabilities }) => number(Math.round(capabilities.memory_gb * 10) / 10, ' GB'),
    order: ({ capabilities }) => capabilities.memory_gb,
  },
  {
    name: 'open',
    title: 'At work',
    width: 76,
    isRight: true,
    spare: 4,
    cell: ({ open_assignments }) => compact(open_assignments),
    order: ({ open_assignments }) => open_assignments,
  },
  {
    name: 'reputation',
    title: 'Reputation',
    width: 98,
    isRight: true,
    spare: 1,
    cell: ({ record }) =>
      record.succeeded + record.failed === 0 ? (
        <span class="quiet">{unknown}</span>
      ) : (
        `${Math.round(reputationOf(record) * 100)}%`
      ),
    order: ({ record }) => (record.succeeded + record.failed === 0 ? null : reputationOf(record)),
  },
  {
    name: 'seen',
    title: 'Heard of',
    width: 104,
    isRight: true,
    spare: 3,
    cell: ({ last_seen }) => (
      <time dateTime={last_seen} title={dateTime(last_seen)}>
        {ago(last_seen)}
      </time>
    ),
    order: ({ last_seen }) => last_seen,
  },
]

function Health({ score }: { readonly score: number }) {
  return (
    <span class="number">
      <span class="bar wide-only" aria-hidden="true">
        <span style={{ width: `${score}%` }} />
      </span>
      {Math.round(score)}
    </span>
  )
}
