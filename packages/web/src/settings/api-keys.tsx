import type { AccountStanding } from '@vcp/protocol'
import { limits } from '@vcp/protocol'
import { useState } from 'preact/hooks'
import { type AnswerOf, ask } from '../api/ask.ts'
import { useStore } from '../api/store.ts'
import { useAsk } from '../api/use-ask.ts'
import { Card } from '../parts/card.tsx'
import { Copy } from '../parts/copy.tsx'
import { Empty } from '../parts/empty.tsx'
import { Field, textOf } from '../parts/field.tsx'
import { Failure, Notice } from '../parts/notice.tsx'
import { ListTable, type TableColumn } from '../parts/table.tsx'
import { Ago, Moment } from '../parts/time.tsx'
import { account } from '../shell/account.ts'

type Scope = AccountStanding['scopes'][number]
type Key = AnswerOf<'listApiKeys'>['api_keys'][number]

const columns: readonly TableColumn<Key>[] = [
  { title: 'Name', looks: 'wrap', cell: ({ name }) => name },
  { title: 'May do', looks: 'quiet', cell: ({ scopes }) => scopes.join(', ') },
  {
    title: 'Made',
    looks: 'wide-only',
    cell: ({ created_at }) => <Moment at={created_at} />,
  },
  {
    title: 'Used',
    looks: 'nowrap wide-only',
    cell: ({ last_used_at }) =>
      last_used_at === null ? <span class="quiet">never</span> : <Ago at={last_used_at} />,
  },
]

export function ApiKeys() {
  const { value, error, reload } = useAsk('listApiKeys')
  const [failure, setFailure] = useState<unknown>(null)
  const [made, setMade] = useState<string | null>(null)
  const revoke = (id: string) =>
    ask('revokeApiKey', { params: { id } }).then(reload, (reason: unknown) => setFailure(reason))
  return (
    <Card title="API keys" isFlush>
      <NewKey
        onMade={(key) => {
          setMade(key)
          reload()
        }}
      />
      {made === null ? null : (
        <div class="pad">
          <Notice tone="good" title="The key is shown this once">
            <code class="wrap">{made}</code>
            <Copy text={made} what="the key" />
          </Notice>
        </div>
      )}
      <Failure error={failure} />
      <ListTable
        label="API keys"
        answer={{ value, error }}
        columns={[
          ...columns,
          {
            title: 'Revoke',
            looks: 'right',
            isUntitled: true,
            cell: ({ key_id, name }) => (
              <button
                type="button"
                class="button small grave"
                aria-label={`revoke ${name}`}
                onClick={() => void revoke(key_id)}
              >
                Revoke
              </button>
            ),
          },
        ]}
        rows={value?.api_keys ?? []}
        keyOf={({ key_id }) => key_id}
        empty={
          <Empty title="You have no API key">Programs use one in place of your password.</Empty>
        }
      />
    </Card>
  )
}

function NewKey({ onMade }: { onMade(key: string): void }) {
  const standing = useStore(account)
  const [name, setName] = useState('')
  const [chosen, setChosen] = useState<readonly Scope[]>(['tasks:read', 'tasks:write'])
  const [error, setError] = useState<unknown>(null)
  const make = () =>
    ask('createApiKey', { body: { name, scopes: chosen } }).then(
      ({ api_key }) => {
        setName('')
        setError(null)
        onMade(api_key)
      },
      (failure: unknown) => setError(failure),
    )
  return (
    <form
      class="stack pad"
      onSubmit={(event) => {
        event.preventDefault()
        void make()
      }}
    >
      <div class="fields">
        <Field label="Name of a new key">
          <input
            required
            maxLength={limits.labelCharactersMax}
            value={name}
            onInput={(event) => setName(textOf(event))}
          />
        </Field>
      </div>
      <fieldset class="row bare">
        <legend class="unseen">What the key may do</legend>
        {(standing?.scopes ?? []).map((scope) => (
          <label key={scope} class="choice">
            <input
              type="checkbox"
              checked={chosen.includes(scope)}
              onChange={(event) =>
                setChosen(
                  event.currentTarget.checked
                    ? [...chosen, scope]
                    : chosen.filter((each) => each !== scope),
                )
              }
            />
            {scope}
          </label>
        ))}
      </fieldset>
      <Failure error={error} />
      <div>
        <button type="submit" class="button first" disabled={chosen.length === 0}>
          Make the key
        </button>
      </div>
    </form>
  )
}
