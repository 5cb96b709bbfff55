import { type RateClass, rateLimits } from '@vcp/protocol'
import { useState } from 'preact/hooks'
import { type AnswerOf, ask } from '../api/ask.ts'
import { useAsk } from '../api/use-ask.ts'
import { Card } from '../parts/card.tsx'
import { Empty } from '../parts/empty.tsx'
import { Choice, Field, textOf } from '../parts/field.tsx'
import { number } from '../parts/figures.ts'
import { Id } from '../parts/id.tsx'
import { Failure } from '../parts/notice.tsx'
import { ListTable, type TableColumn } from '../parts/table.tsx'

const classes = Object.keys(rateLimits) as RateClass[]

const columns: readonly TableColumn<AnswerOf<'listThrottles'>['overrides'][number]>[] = [
  { title: 'Account', cell: ({ account_id }) => <Id text={account_id} what="the account" /> },
  { title: 'Requests about', cell: (each) => each.class },
  { title: 'A minute', looks: 'right', cell: ({ per_minute }) => number(per_minute) },
  { title: 'At once', looks: 'right', cell: ({ burst }) => number(burst) },
]

export function Throttles() {
  const { value, error, reload } = useAsk('listThrottles')
  return (
    <>
      <Card title="Other rates for an account">
        <NewThrottle onMade={reload} />
      </Card>
      <Card title="Accounts with other rates" isFlush>
        <ListTable
          label="other rates"
          answer={{ value, error }}
          columns={columns}
          rows={value?.overrides ?? []}
          keyOf={(each) => `${each.account_id} ${each.class}`}
          empty={<Empty title="Every account has the standard rates" />}
        />
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
