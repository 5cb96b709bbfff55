import { Badge } from '../parts/badge.tsx'
import { Card } from '../parts/card.tsx'
import { Empty } from '../parts/empty.tsx'
import { brief } from '../parts/figures.ts'
import { PagedTable } from '../parts/paged-table.tsx'
import type { TableColumn } from '../parts/table.tsx'
import { Moment } from '../parts/time.tsx'
import { usePages } from '../parts/use-pages.ts'

interface Entry {
  readonly at: string
  readonly account_id: string | null
  readonly action: string
  readonly subject: string | null
  readonly outcome: 'allowed' | 'refused'
  readonly request_id: string
  readonly address: string | null
}

const columns: readonly TableColumn<Entry>[] = [
  { title: 'When', cell: ({ at }) => <Moment at={at} /> },
  { title: 'What', cell: ({ action }) => action },
  {
    title: 'About',
    looks: 'wrap wide-only',
    cell: ({ subject }) => (subject === null ? '' : brief(subject)),
  },
  {
    title: 'Outcome',
    cell: ({ outcome }) => <Badge tone={outcome === 'allowed' ? 'good' : 'bad'}>{outcome}</Badge>,
  },
  {
    title: 'Account',
    looks: 'wide-only',
    cell: ({ account_id }) =>
      account_id === null ? (
        <span class="quiet">nobody signed in</span>
      ) : (
        <code title={account_id}>{brief(account_id)}</code>
      ),
  },
  { title: 'From', looks: 'wide-only', cell: ({ address }) => address ?? 'unknown' },
]

/** Who did what, when, from where; the newest first. */
export function AuditLog() {
  const pages = usePages<Entry>('auditLog', 'entries')
  return (
    <Card title="Audit log" isFlush foot="sign-ins, keys, nodes, administration, and every refusal">
      <PagedTable
        label="the audit log"
        pages={pages}
        columns={columns}
        keyOf={({ request_id, action }) => `${request_id} ${action}`}
        empty={<Empty title="Nothing was recorded yet" />}
      />
    </Card>
  )
}
