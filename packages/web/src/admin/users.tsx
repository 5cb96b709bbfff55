import { Card } from '../parts/card.tsx'
import { Empty } from '../parts/empty.tsx'
import { Id } from '../parts/id.tsx'
import { PagedTable } from '../parts/paged-table.tsx'
import type { TableColumn } from '../parts/table.tsx'
import { Moment } from '../parts/time.tsx'
import { usePages } from '../parts/use-pages.ts'

interface User {
  readonly account_id: string
  readonly username: string | null
  readonly role: string
  readonly created_at: string
}

const columns: readonly TableColumn<User>[] = [
  {
    title: 'Name',
    cell: ({ username }) => username ?? <span class="quiet">by wallet</span>,
  },
  { title: 'Role', cell: ({ role }) => role },
  { title: 'Account', cell: ({ account_id }) => <Id text={account_id} what="the account" /> },
  { title: 'Opened', looks: 'wide-only', cell: ({ created_at }) => <Moment at={created_at} /> },
]

export function Users() {
  const pages = usePages<User>('listUsers', 'users')
  return (
    <Card title="Accounts" isFlush>
      <PagedTable
        label="accounts"
        pages={pages}
        columns={columns}
        keyOf={({ account_id }) => account_id}
        empty={<Empty title="Nobody has an account" />}
      />
    </Card>
  )
}
