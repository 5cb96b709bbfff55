import { useState } from 'preact/hooks'
import { useAsk } from '../api/use-ask.ts'
import { Card } from '../parts/card.tsx'
import { Waiting } from '../parts/empty.tsx'
import { dateTime } from '../parts/figures.ts'
import { Id } from '../parts/id.tsx'
import { Failure } from '../parts/notice.tsx'
import { Pager } from '../parts/pager.tsx'
import { TableFrame } from '../parts/table-frame.tsx'

interface User {
  readonly account_id: string
  readonly username: string | null
  readonly role: string
  readonly created_at: string
}

export function Users() {
  const [cursors, setCursors] = useState<readonly string[]>([])
  const cursor = cursors.at(-1)
  const query = { limit: 100, ...(cursor === undefined ? {} : { cursor }) }
  const { value, error } = useAsk('listUsers', { query })
  const users = (value?.['users'] ?? []) as readonly User[]
  return (
    <Card title="Accounts" isFlush>
      <Failure error={error} />
      {value === null && error === null ? <Waiting what="Asking" /> : null}
      {users.length === 0 ? null : (
        <TableFrame label="accounts">
          <table>
            <thead>
              <tr>
                <th scope="col">Name</th>
                <th scope="col">Role</th>
                <th scope="col">Account</th>
                <th scope="col">Opened</th>
              </tr>
            </thead>
            <tbody>
              {users.map(({ account_id, username, role, created_at }) => (
                <tr key={account_id}>
                  <td>{username ?? <span class="quiet">signs in with a wallet</span>}</td>
                  <td>{role}</td>
                  <td>
                    <Id text={account_id} what="the account" />
                  </td>
                  <td class="nowrap">{dateTime(created_at)}</td>
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
