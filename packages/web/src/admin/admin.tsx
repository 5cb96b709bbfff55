import { useState } from 'preact/hooks'
import { useStore } from '../api/store.ts'
import { Notice } from '../parts/notice.tsx'
import { PageHead } from '../parts/page-head.tsx'
import { Tabs } from '../parts/tabs.tsx'
import { account, hasScope } from '../shell/account.ts'
import { AuditLog } from './audit-log.tsx'
import { Throttles } from './throttles.tsx'
import { Users } from './users.tsx'

type Part = 'users' | 'audit' | 'throttles'

const parts = [
  { name: 'users', title: 'Users' },
  { name: 'audit', title: 'Audit log' },
  { name: 'throttles', title: 'Throttles' },
] as const satisfies readonly { readonly name: Part; readonly title: string }[]

export function Admin() {
  const standing = useStore(account)
  const [part, setPart] = useState<Part>('users')
  return (
    <>
      <PageHead title="Admin" />
      {standing !== null && !hasScope(standing, 'admin') ? (
        <Notice tone="warn" title="This is for administrators" />
      ) : (
        <Tabs label="parts of administration" tabs={parts} selected={part} onSelect={setPart}>
          {part === 'users' ? <Users /> : null}
          {part === 'audit' ? <AuditLog /> : null}
          {part === 'throttles' ? <Throttles /> : null}
        </Tabs>
      )}
    </>
  )
}
