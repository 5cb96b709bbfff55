import type { Round } from '@vcp/protocol'
import { Badge } from '../parts/badge.tsx'
import { Card } from '../parts/card.tsx'
import { Empty } from '../parts/empty.tsx'
import { measure } from '../parts/figures.ts'
import { Id } from '../parts/id.tsx'
import { Table, type TableColumn } from '../parts/table.tsx'
import { Moment } from '../parts/time.tsx'
import { roundTones } from '../parts/tones.ts'
import { hrefOf } from '../shell/address.ts'

const columns: readonly TableColumn<Round>[] = [
  { title: 'Round', cell: ({ round_id, number: at }) => <span title={round_id}>{at}</span> },
  {
    title: 'State',
    cell: ({ state }) => <Badge tone={roundTones[state]}>{state}</Badge>,
  },
  {
    title: 'Updates',
    looks: 'right wide-only',
    cell: ({ updates_accepted, updates_min, refused, secure }) => (
      <>
        {updates_accepted} of {updates_min}+
        {refused === 0 ? null : <div class="quiet nowrap">{refused} refused</div>}
        {secure === undefined ? null : <div class="quiet nowrap">hidden in their sum</div>}
      </>
    ),
  },
  { title: 'Loss', looks: 'right', cell: ({ loss }) => measure(loss) },
  { title: 'Accuracy', looks: 'right', cell: ({ accuracy }) => measure(accuracy) },
  {
    title: 'Epsilon',
    looks: 'right wide-only',
    cell: ({ epsilon_spent }) => measure(epsilon_spent),
  },
  { title: 'Opened', looks: 'wide-only', cell: ({ opened_at_ms }) => <Moment at={opened_at_ms} /> },
  {
    title: 'Model out',
    looks: 'wide-only',
    cell: ({ model_out, state }) =>
      model_out === null ? (
        <span class="quiet">{state === 'abandoned' ? 'none' : 'none yet'}</span>
      ) : (
        <Id text={model_out} what="the model’s name" />
      ),
  },
]

/** Only where it follows the lengths of updates. */
const clipNorm: TableColumn<Round> = {
  title: 'Clipped to',
  looks: 'right wide-only',
  cell: ({ clip_norm }) => measure(clip_norm),
}

export function Rounds({ rounds }: { readonly rounds: readonly Round[] }) {
  const isAdapted = rounds.some(({ clip_norm }) => clip_norm !== undefined)
  return (
    <Card title="Rounds" isFlush>
      {rounds.length === 0 ? (
        <Empty title="No round has been opened yet" />
      ) : (
        <Table
          label="rounds"
          columns={isAdapted ? [...columns, clipNorm] : columns}
          rows={rounds.toReversed()}
          keyOf={({ round_id }) => round_id}
        />
      )}
    </Card>
  )
}

const listed = 20

/** The nodes of the newest round. */
export function Participants({ rounds }: { readonly rounds: readonly Round[] }) {
  const newest = rounds.at(-1)
  const participants = newest?.participants ?? []
  return (
    <Card title={newest === undefined ? 'Participants' : `Participants of round ${newest.number}`}>
      {participants.length === 0 ? (
        <Empty title="Nobody takes part yet" command="vcp node dataset add --help" />
      ) : (
        <ul class="stack tight">
          {participants.slice(0, listed).map((peerId) => (
            <li key={peerId}>
              <Id text={peerId} what="the key" href={hrefOf('nodes', peerId)} />
            </li>
          ))}
          {participants.length > listed ? (
            <li class="quiet">and {participants.length - listed} more</li>
          ) : null}
        </ul>
      )}
    </Card>
  )
}
