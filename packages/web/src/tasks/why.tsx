import type { TaskId } from '@vcp/protocol'
import type { AnswerOf } from '../api/ask.ts'
import { useAsk } from '../api/use-ask.ts'
import { taskOfEvent } from '../ledger/task-of-event.ts'
import { Card } from '../parts/card.tsx'
import { Empty, Waiting } from '../parts/empty.tsx'
import { compact } from '../parts/figures.ts'
import { Id } from '../parts/id.tsx'
import { Failure } from '../parts/notice.tsx'
import { Table, type TableColumn } from '../parts/table.tsx'
import { hrefOf } from '../shell/address.ts'

type Fits = AnswerOf<'whyTask'>

/** Why a task waits: node by node, what is missing. */
export function Why({ taskId }: { readonly taskId: TaskId }) {
  const { value, error } = useAsk(
    'whyTask',
    { params: { id: taskId } },
    { everyMs: 15_000, on: (entry) => taskOfEvent(entry) === taskId },
  )
  return (
    <Card title="Which nodes fit" isFlush>
      {value === null && error === null ? <Waiting what="Asking" /> : null}
      {/* It may have ended a moment ago: then it waits for nobody. */}
      {error?.code === 'CONFLICT' ? <Empty title={error.message} /> : <Failure error={error} />}
      {value === null || error?.code === 'CONFLICT' ? null : <FitsTable fits={value} />}
    </Card>
  )
}

const listed = 12

const columns: readonly TableColumn<Fits['nodes'][number]>[] = [
  {
    title: 'Node',
    cell: ({ peer_id }) => <Id text={peer_id} what="the key" href={hrefOf('nodes', peer_id)} />,
  },
  {
    title: 'What is missing',
    cell: ({ fits: isFit, mismatches }) =>
      isFit ? (
        <span class="good">nothing: it fits</span>
      ) : (
        mismatches.map(({ text }) => text).join('; ')
      ),
  },
]

export function FitsTable({ fits }: { readonly fits: Fits }) {
  const { registered, looked_at, eligible, kept_out, nodes } = fits
  if (registered === 0) {
    return (
      <Empty
        title="No node has joined yet"
        command={`vcp node start --coordinator ${location.origin}`}
      />
    )
  }
  return (
    <div>
      <p class="pad">
        <strong>{compact(eligible)}</strong> of {compact(looked_at)} nodes fit
        {looked_at < registered ? ` (of ${compact(registered)}, a sample was looked at)` : ''}.
        {kept_out.map(({ code, nodes: count }) => (
          <span key={code}>
            {' '}
            <code>{code}</code> keeps out {compact(count)}.
          </span>
        ))}
      </p>
      <Table
        label="nodes"
        columns={columns}
        rows={nodes.slice(0, listed)}
        keyOf={({ peer_id }) => peer_id}
      />
      {nodes.length > listed ? (
        <p class="pad quiet">and {compact(nodes.length - listed)} more</p>
      ) : null}
    </div>
  )
}
