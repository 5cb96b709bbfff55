import { type Digest, type TaskId, taskDigest } from '@vcp/protocol'
import { useMemo } from 'preact/hooks'
import { useAsk } from '../api/use-ask.ts'
import { Badge } from '../parts/badge.tsx'
import { Card } from '../parts/card.tsx'
import { CodeBlock } from '../parts/code-block.tsx'
import { Copy } from '../parts/copy.tsx'
import { Waiting } from '../parts/empty.tsx'
import { Failure } from '../parts/notice.tsx'

/** The task as the log has it, and whether it is the one that its digest names. */
export function SpecCard({ taskId, digest }: { readonly taskId: TaskId; readonly digest: Digest }) {
  const { value, error } = useAsk('taskSpec', { params: { id: taskId } })
  const isNamed = useMemo(() => value !== null && taskDigest(value) === digest, [value, digest])
  const text = value === null ? '' : JSON.stringify(value, null, 2)
  return (
    <Card
      title="As it was submitted"
      aside={
        value === null ? null : (
          <div class="row">
            <Badge tone={isNamed ? 'good' : 'bad'}>
              {isNamed ? 'its digest holds' : 'its digest is another'}
            </Badge>
            <Copy text={text} what="the task" />
          </div>
        )
      }
    >
      {value === null && error === null ? <Waiting what="Asking" /> : null}
      <Failure error={error} />
      {value === null ? null : <CodeBlock label="the task as submitted" text={text} />}
    </Card>
  )
}
