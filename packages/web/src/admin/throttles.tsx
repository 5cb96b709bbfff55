import { type RateClass, rateLimits } from '@vcp/protocol'
import { useState } from 'preact/hooks'
import { ask } from '../api/ask.ts'
import { useAsk } from '../api/use-ask.ts'
import { Card } from '../parts/card.tsx'
import { Empty, Waiting } from '../parts/empty.tsx'
import { Choice, Field, textOf } from '../parts/field.tsx'
import { number } from '../parts/figures.ts'
import { Id } from '../parts/id.tsx'
import { Failure } from '../parts/notice.tsx'
import { TableFrame } from '../parts/table-frame.tsx'

const classes = Object.keys(rateLimits) as RateClass[]

export function Throttles() {
  const { value, error, reload } = useAsk('listThrottles')
  return (
    <>
      <Card title="Other rates for an account">
        <NewThrottle onMade={reload} />
      </Card>
      <Card title="Accounts with other rates" isFlush>
        <Failure error={error} />
        {value === null && error === null ? <Waiting what="Asking" /> : null}
        {value?.overrides.length === 0 ? (
          <Empty title="Every account has the standard rates" />
        ) : null}
        {value === null || value.overrides.length === 0 ? null : (
          <TableFrame label="other rates">
            <table>
              <thead>
                <tr>
                  <th scope="col">Account</th>
                  <th scope="col">Requests about</th>
                  <th scope="col" class="right">
                    A minute
                  </th>
                  <th scope="col" class="right">
                    At once
                  </th>
                </tr>
              </thead>
              <tbody>
                {value.overrides.map((each) => (
                  <tr key={`${each.account_id} ${each.class}`}>
                    <td>
                      <Id text={each.account_id} what="the account" />
                    </td>
                    <td>{each.class}</td>
                    <td class="right">{number(each.per_minute)}</td>
                    <td class="right">{number(each.burst)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </TableFrame>
        )}
      </Card>
    </>
  )
}

function NewThrottle({ onMade }: { onMade(): void }) {
  const [accountId, setAccount] = useState('')
  const [rateClass, setClass] = useState<RateClass>('general')
  const [perMinute, setPerMinute] = useState('600')
  const [burst, setBurst] = useState('100')
  const [error, setError] = useState<unknown>(null)
  const set = () =>
    ask('overrideThrottle', {
      body: {
        account_id: accountId.trim(),
        class: rateClass,
        per_minute: Number(perMinute),
        burst: Number(burst),
      },
    }).then(
      () => {
        setError(null)
        onMade()
      },
      (failure: unknown) => setError(failure),
    )
  return (
    <form
      class="stack"
      onSubmit={(event) => {
        event.preventDefault()
        void set()
      }}
    >
      <div class="fields">
        <Field label="Account" hint="its id, from the list of users">
          <input required value={accountId} onInput={(event) => setAccount(textOf(event))} />
        </Field>
        <Choice label="Requests about" value={rateClass} options={classes} onChange={setClass} />
        <Field label="A minute">
          <input
            required
            inputMode="numeric"
            value={perMinute}
            onInput={(event) => setPerMinute(textOf(event))}
          />
        </Field>
        <Field label="At once">
          <input
            required
            inputMode="numeric"
            value={burst}
            onInput={(event) => setBurst(textOf(event))}
          />
        </Field>
      </div>
      <Failure error={error} />
      <div>
        <button type="submit" class="button first">
          Set the rates
        </button>
      </div>
    </form>
  )
}
