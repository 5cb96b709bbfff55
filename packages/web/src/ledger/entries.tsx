import { type LedgerEntry, ledgerEvents } from '@vcp/protocol'
import { useCallback, useState } from 'preact/hooks'
import { ask } from '../api/ask.ts'
import { useAnswer } from '../api/use-ask.ts'
import { Sign } from '../parts/badge.tsx'
import { Card } from '../parts/card.tsx'
import { Empty, Waiting } from '../parts/empty.tsx'
import { Choice, Field, textOf } from '../parts/field.tsx'
import { dateTime, number } from '../parts/figures.ts'
import { Failure } from '../parts/notice.tsx'
import { Entry } from './entry.tsx'
import { sayEvent, toneOfEvent } from './say-event.ts'

const pageEntries = 100
const types = ['any', ...Object.keys(ledgerEvents)]

/** The log, the newest last page first; one entry of it can be opened and checked. */
export function Entries() {
  /** Null: the newest. */
  const [from, setFrom] = useState<number | null>(null)
  const [type, setType] = useState('any')
  const [opened, setOpened] = useState<number | null>(null)
  const fetch = useCallback(
    async (signal: AbortSignal) => {
      const start = from ?? Math.max(0, (await sizeOf(signal)) - pageEntries)
      const query = { from: start, limit: pageEntries }
      return { start, ...(await ask('ledgerEntries', { query, signal })) }
    },
    [from],
  )
  const { value, error } = useAnswer(fetch, {
    on: () => from === null && opened === null,
  })
  const entries = (value?.entries ?? []).filter(
    ({ event }) => type === 'any' || event.type === type,
  )
  return (
    <>
      <div class="filters">
        <Field label="From entry">
          <input
            inputMode="numeric"
            placeholder="the newest"
            value={from ?? ''}
            onInput={(event) => setFrom(indexOf(textOf(event)))}
          />
        </Field>
        <Choice
          label="Event"
          value={type}
          options={types}
          nameOf={(each) => each.replaceAll('-', ' ')}
          onChange={setType}
        />
      </div>
      <Failure error={error} />
      <Card
        title="Entries"
        isFlush
        aside={
          value === null ? null : <Moves start={value.start} size={value.size} onMove={setFrom} />
        }
      >
        {value === null && error === null ? <Waiting what="Reading" /> : null}
        {value !== null && entries.length === 0 ? (
          <Empty title="No such entry on this page" command="vcp ledger show" />
        ) : null}
        <ol>
          {entries.toReversed().map((entry) => (
            <Row
              key={entry.index}
              entry={entry}
              isOpen={opened === entry.index}
              onOpen={() => setOpened(opened === entry.index ? null : entry.index)}
            />
          ))}
        </ol>
      </Card>
    </>
  )
}

async function sizeOf(signal: AbortSignal): Promise<number> {
  return (await ask('ledgerEntries', { query: { from: 0, limit: 1 }, signal })).size
}

function indexOf(text: string): number | null {
  return /^\d{1,15}$/.test(text.trim()) ? Number(text.trim()) : null
}

function Moves({
  start,
  size,
  onMove,
}: {
  readonly start: number
  readonly size: number
  onMove(from: number | null): void
}) {
  const last = Math.min(size, start + pageEntries)
  return (
    <div class="row">
      <span class="quiet number">
        {number(start)} to {number(Math.max(start, last - 1))} of {number(size)}
      </span>
      <button
        type="button"
        class="button small"
        disabled={start === 0}
        onClick={() => onMove(Math.max(0, start - pageEntries))}
      >
        Older
      </button>
      <button
        type="button"
        class="button small"
        disabled={last >= size}
        onClick={() => onMove(last + pageEntries >= size ? null : last)}
      >
        Newer
      </button>
    </div>
  )
}

function Row({
  entry,
  isOpen,
  onOpen,
}: {
  readonly entry: LedgerEntry
  readonly isOpen: boolean
  onOpen(): void
}) {
  const { index, at_ms, event } = entry
  return (
    <li class="entry">
      <button type="button" class="entry-line" aria-expanded={isOpen} onClick={onOpen}>
        <span class="number quiet right">{index}</span>
        <time class="quiet number nowrap wide-only">{dateTime(at_ms)}</time>
        <Sign tone={toneOfEvent(event)} />
        <span class="wrap">{sayEvent(event)}</span>
      </button>
      {isOpen ? <Entry entry={entry} /> : null}
    </li>
  )
}
