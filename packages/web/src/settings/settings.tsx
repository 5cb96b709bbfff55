import { session } from '../api/session.ts'
import { useStore } from '../api/store.ts'
import { Card } from '../parts/card.tsx'
import { Choice } from '../parts/field.tsx'
import { credits, number, unknown } from '../parts/figures.ts'
import { Id } from '../parts/id.tsx'
import { Notice } from '../parts/notice.tsx'
import { PageHead } from '../parts/page-head.tsx'
import { account } from '../shell/account.ts'
import { setTheme, theme, themes } from '../shell/theme.ts'
import { ApiKeys } from './api-keys.tsx'

export function Settings() {
  const who = useStore(session)
  return (
    <>
      <PageHead title="Settings" />
      <div class="columns">
        <Profile />
        <Looks />
      </div>
      {who?.kind === 'api-key' ? (
        <Notice tone="quiet" title="An API key cannot make or revoke keys">
          Sign in with a password or a wallet for that.
        </Notice>
      ) : (
        <ApiKeys />
      )}
    </>
  )
}

function Profile() {
  const who = useStore(session)
  const standing = useStore(account)
  return (
    <Card title="Profile">
      <dl class="facts">
        <dt>Signed in as</dt>
        <dd>{who?.name}</dd>
        <dt>Account</dt>
        <dd>
          {standing === null ? unknown : <Id text={standing.account_id} what="the id" isWhole />}
        </dd>
        <dt>Role</dt>
        <dd>{standing?.role ?? unknown}</dd>
        <dt>May do</dt>
        <dd>{standing === null ? unknown : standing.scopes.join(', ')}</dd>
        <dt>Credits</dt>
        <dd>{credits(standing?.balance_micro)}</dd>
        <dt>Put aside</dt>
        <dd>{credits(standing?.escrow_micro)} for tasks that have not ended</dd>
        <dt>Wallets</dt>
        <dd>
          {standing === null ? unknown : null}
          {standing?.wallets.length === 0 ? 'none of your nodes is bound to one' : null}
          {standing?.wallets.map(({ address, nodes, balance_micro }) => (
            <div key={address}>
              <Id text={address} what="the wallet" /> {credits(balance_micro)} credits from{' '}
              {number(nodes)} nodes
            </div>
          ))}
        </dd>
      </dl>
    </Card>
  )
}

function Looks() {
  const now = useStore(theme)
  return (
    <Card title="How it looks" foot="kept in this browser">
      <Choice
        label="Colours"
        value={now}
        options={themes}
        nameOf={(each) => (each === 'system' ? 'as the system has them' : each)}
        onChange={setTheme}
      />
    </Card>
  )
}
