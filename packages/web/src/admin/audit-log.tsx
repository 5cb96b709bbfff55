import { useState } from 'preact/hooks'
import { useAsk } from '../api/use-ask.ts'
import { Badge } from '../parts/badge.tsx'
import { Card } from '../parts/card.tsx'
import { Empty, Waiting } from '../parts/empty.tsx'
import { brief, dateTime } from '../parts/figures.ts'
import { Failure } from '../parts/notice.tsx'
import { Pager } from '../parts/pager.tsx'
import { TableFrame } from '../parts/table-frame.tsx'

interface Row {
  readonly at: string
  readonly account_id: string | null
  readonly action: string
  readonly subject: string | null
  readonly outcome: 'allowed' | 'refused'
  readonly request_id: string
  readonly address: string | null
}

/** Who did what, when, from where; the newest first. */
export function AuditLog() {
  const [cursors, setCursors] = useState<readonly string[]>([])
  const cursor = cursors.at(-1)
  const query = { limit: 100, ...(cursor === undefined ? {} : { cursor }) }
  const { value, error } = useAsk('auditLog', { query })
  const entries = (value?.['entries'] ?? []) as readonly Row[]
  return (
    <Card title="Audit log" isFlush foot="sign-ins, keys, nodes, administration, and every refusal">
      <Failure error={error} />
      {value === null && error === null ? <Waiting what="Asking" /> : null}
      {value !== null && entries.length === 0 ? <Empty title="Nothing was recorded yet" /> : null}
      {entries.length === 0 ? null : (
        <TableFrame label="the audit log">
          <table>
            <thead>
              <tr>
                <th scope="col">When</th>
                <th scope="col">What</th>
                <th scope="col">About</th>
                <th scope="col">Outcome</th>
                <th scope="col" class="wide-only">
                  Account
                </th>
                <th scope="col" class="wide-only">
                  From
                </th>
              </tr>
            </thead>
            <tbody>
              {entries.map((row) => (
                <tr key={`${row.request_id} ${row.action}`}>
                  <td class="nowrap">{dateTime(row.at)}</td>
                  <td>{row.action}</td>
                  <td class="wrap">{row.subject === null ? '' : brief(row.subject)}</td>
                  <td>
                    <Badge tone={row.outcome === 'allowed' ? 'good' : 'bad'}>{row.outcome}</Badge>
                  </td>
                  <td class="wide-only" title={row.account_id ?? undefined}>
                    {row.account_id === null ? (
                      <span class="quiet">nobody signed in</span>
                    ) : (
                      <code>{brief(row.account_id)}</code>
                    )}
                  </td>
                  <td class="wide-only">{row.address ?? 'unknown'}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </TableFrame>
      )}
      <Pager
        cursors={cursors}
        next={(value?.['next_cursor'] ?? null) as string | null}
        onMove={setCursors}
      />
    </Card>
  )
}
