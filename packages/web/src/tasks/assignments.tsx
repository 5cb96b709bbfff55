import type { AssignmentInfo, TaskId } from '@vcp/protocol'
import { useAsk } from '../api/use-ask.ts'
import { taskOfEvent } from '../ledger/task-of-event.ts'
import { Badge } from '../parts/badge.tsx'
import { Card } from '../parts/card.tsx'
import { Empty, Waiting } from '../parts/empty.tsx'
import { dateTime } from '../parts/figures.ts'
import { Id } from '../parts/id.tsx'
import { Failure } from '../parts/notice.tsx'
import { TableFrame } from '../parts/table-frame.tsx'
import { assignmentTones, words } from '../parts/tones.ts'
import { hrefOf } from '../shell/address.ts'

/** Later than this no lease ends: the node waits for others. */
const lastMoment = 8_640_000_000_000_000

export function Assignments({ taskId }: { readonly taskId: TaskId }) {
  const { value, error } = useAsk(
    'taskAssignments',
    { params: { id: taskId } },
    { on: (entry) => taskOfEvent(entry) === taskId },
  )
  return (
    <Card title="Assignments" isFlush>
      <Failure error={error} />
      {value === null && error === null ? <Waiting what="Asking" /> : null}
      {value?.assignments.length === 0 ? <Empty title="No node has been asked yet" /> : null}
      {value === null || value.assignments.length === 0 ? null : (
        <TableFrame label="assignments">
          <table>
            <thead>
              <tr>
                <th scope="col">Node</th>
                <th scope="col">State</th>
                <th scope="col" class="right">
                  Lease
                </th>
                <th scope="col">Lease ends</th>
              </tr>
            </thead>
            <tbody>
              {value.assignments.map((each) => (
                <tr key={`${each.peer_id} ${each.lease_epoch}`}>
                  <td>
                    <Id text={each.peer_id} what="the key" href={hrefOf('nodes', each.peer_id)} />
                  </td>
                  <td>
                    <Badge tone={assignmentTones[each.state]}>{words(each.state)}</Badge>{' '}
                    {each.declined === null ? '' : words(each.declined)}
                  </td>
                  <td class="right">{each.lease_epoch}</td>
                  <td>{leaseEnd(each)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </TableFrame>
      )}
    </Card>
  )
}

function leaseEnd({ state, lease_ends_at_ms }: AssignmentInfo): string {
  if (['validated', 'rejected', 'declined', 'lost', 'withdrawn'].includes(state)) return 'over'
  return lease_ends_at_ms >= lastMoment ? 'when the others are done' : dateTime(lease_ends_at_ms)
}
