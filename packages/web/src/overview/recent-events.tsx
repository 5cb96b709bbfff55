import { useNewest } from '../api/live.ts'
import { momentOfEntry } from '../ledger/say-event.ts'
import { Card } from '../parts/card.tsx'
import { Empty } from '../parts/empty.tsx'
import { Timeline } from '../parts/timeline.tsx'

const shown = 40

/** What happens, as it happens. */
export function RecentEvents() {
  const entries = useNewest(any, shown)
  return (
    <Card title="As it happens">
      {entries.length === 0 ? (
        <Empty title="Nothing was heard yet" command="vcp task submit examples/tasks/hello.yaml" />
      ) : (
        <Timeline label="what happened last" moments={entries.toReversed().map(momentOfEntry)} />
      )}
    </Card>
  )
}

const any = () => true
