import type { AssignmentInfo, TaskId } from '@vcp/protocol'
import { useAsk } from '../api/use-ask.ts'
import { taskOfEvent } from '../ledger/task-of-event.ts'
import { Badge } from '../parts/badge.tsx'
import { Card } from '../parts/card.tsx'
import { Empty } from '../parts/empty.tsx'
import { dateTime } from '../parts/figures.ts'
import { Id } from '../parts/id.tsx'
import { ListTable, type TableColumn } from '../parts/table.tsx'
import { assignmentTones, words } from '../parts/tones.ts'
import { hrefOf } from '../shell/address.ts'

/** Later than this no lease ends: the node waits for others. */
const lastMoment = 8_640_000_000_000_000

const columns: readonly TableColumn<AssignmentInfo>[] = [
  {
    title: 'Node',
    cell: ({ peer_id }) => <Id text={peer_id} what="the key" href={hrefOf('nodes', peer_id)} />,
  },
  {
    title: 'State',
    cell: ({ state, declined, reason }) => (
      <>
        <Badge tone={assignmentTones[state]}>{words(state)}</Badge>{' '}
        {declined === null ? '' : words(declined)}
        {reason === null ? null : <div class="quiet">{reason}</div>}
      </>
    ),
  },
  { title: 'Lease', looks: 'right', cell: ({ lease_epoch }) => lease_epoch },
  { title: 'Lease ends', cell: leaseEnd },
]

export function Assignments({ taskId }: { readonly taskId: TaskId }) {
  const answer = useAsk(
    'taskAssignments',
    { params: { id: taskId } },
    { on: (entry) => taskOfEvent(entry) === taskId },
  )
  return (
    <Card title="Assignments" isFlush>
      <ListTable
        label="assignments"
        answer={answer}
        columns={columns}
        rows={answer.value?.assignments ?? []}
        keyOf={({ peer_id, lease_epoch }) => `${peer_id} ${lease_epoch}`}
        empty={<Empty title="No node has been asked yet" />}
      />
    </Card>
  )
}

function leaseEnd({ state, lease_ends_at_ms }: AssignmentInfo): string {
  if (['validated', 'rejected', 'declined', 'lost', 'withdrawn'].includes(state)) return 'over'
  return lease_ends_at_ms >= lastMoment ? 'when the others are done' : dateTime(lease_ends_at_ms)
}
