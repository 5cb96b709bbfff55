import type { LedgerEntry, TaskId } from '@vcp/protocol'
import { useCallback } from 'preact/hooks'
import { useNewest } from '../api/live.ts'
import { momentOfEntry } from '../ledger/say-event.ts'
import { taskOfEvent } from '../ledger/task-of-event.ts'
import { Card } from '../parts/card.tsx'
import { Empty } from '../parts/empty.tsx'
import { Timeline } from '../parts/timeline.tsx'

const keptMax = 200

/** What happens to the task while somebody looks. */
export function TaskEvents({ taskId }: { readonly taskId: TaskId }) {
  const isOfTask = useCallback((entry: LedgerEntry) => taskOfEvent(entry) === taskId, [taskId])
  const entries = useNewest(isOfTask, keptMax)
  return (
    <Card title="As it happens" foot="entries of the log that this page has heard">
      {entries.length === 0 ? (
        <Empty title="Nothing was heard of it" command={`vcp task watch ${taskId}`} />
      ) : (
        <Timeline
          label="what happened to the task"
          moments={entries.toReversed().map(momentOfEntry)}
        />
      )}
    </Card>
  )
}
