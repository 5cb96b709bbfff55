import type { AccountStanding } from '@vcp/protocol'
import { limits } from '@vcp/protocol'
import { useState } from 'preact/hooks'
import { ask } from '../api/ask.ts'
import { useStore } from '../api/store.ts'
import { useAsk } from '../api/use-ask.ts'
import { Card } from '../parts/card.tsx'
import { Copy } from '../parts/copy.tsx'
import { Empty, Waiting } from '../parts/empty.tsx'
import { Field, textOf } from '../parts/field.tsx'
import { dateTime } from '../parts/figures.ts'
import { Failure, Notice } from '../parts/notice.tsx'
import { TableFrame } from '../parts/table-frame.tsx'
import { Ago } from '../parts/time.tsx'
import { account } from '../shell/account.ts'

type Scope = AccountStanding['scopes'][number]

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
      <Failure error={error ?? failure} />
      {value === null && error === null ? <Waiting what="Asking" /> : null}
      {value?.api_keys.length === 0 ? (
        <Empty title="You have no API key">Programs use one in place of your password.</Empty>
      ) : null}
      {value === null || value.api_keys.length === 0 ? null : (
        <TableFrame label="API keys">
          <table>
            <thead>
              <tr>
                <th scope="col">Name</th>
                <th scope="col">May do</th>
                <th scope="col" class="wide-only">
                  Made
                </th>
                <th scope="col">Used</th>
                <th scope="col">
                  <span class="unseen">Revoke</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {value.api_keys.map((key) => (
                <tr key={key.key_id}>
                  <td class="wrap">{key.name}</td>
                  <td class="quiet">{key.scopes.join(', ')}</td>
                  <td class="nowrap wide-only">{dateTime(key.created_at)}</td>
                  <td>
                    {key.last_used_at === null ? (
                      <span class="quiet">never</span>
                    ) : (
                      <Ago at={key.last_used_at} />
                    )}
                  </td>
                  <td class="right">
                    <button
                      type="button"
                      class="button small grave"
                      aria-label={`revoke ${key.name}`}
                      onClick={() => void revoke(key.key_id)}
                    >
                      Revoke
                    </button>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </TableFrame>
      )}
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
