import { useStore } from '../api/store.ts'
import { Notice } from '../parts/notice.tsx'
import { PageHead } from '../parts/page-head.tsx'
import { account, hasScope } from '../shell/account.ts'
import { Entries } from './entries.tsx'
import { Head } from './head.tsx'

export function Ledger() {
  const standing = useStore(account)
  return (
    <>
      <PageHead title="Ledger" />
      <Head />
      {standing === null || hasScope(standing, 'ledger:read') ? (
        <Entries />
      ) : (
        <Notice tone="quiet" title="The entries are for administrators">
          They show everybody’s tasks. Heads and proofs are for all; those of your own tasks are on
          their pages.
        </Notice>
      )}
    </>
  )
}
