import { isEnded, type TaskId, type TaskInfo } from '@vcp/protocol'
import { useState } from 'preact/hooks'
import { ask } from '../api/ask.ts'
import { useStore } from '../api/store.ts'
import { useAsk } from '../api/use-ask.ts'
import { EvidencePanel } from '../evidence/evidence-panel.tsx'
import { taskOfEvent } from '../ledger/task-of-event.ts'
import { Badge } from '../parts/badge.tsx'
import { Card } from '../parts/card.tsx'
import { brief, dateTime, duration } from '../parts/figures.ts'
import { Id } from '../parts/id.tsx'
import { Failure, Notice } from '../parts/notice.tsx'
import { PageAwaited, PageHead } from '../parts/page-head.tsx'
import { taskTones, words } from '../parts/tones.ts'
import { account, hasScope } from '../shell/account.ts'
import { hrefOf } from '../shell/address.ts'
import { OfTask } from '../shell/of-task.tsx'
import { Assignments } from './assignments.tsx'
import { SpecCard } from './spec-card.tsx'
import { TaskEvents } from './task-events.tsx'
import { Why } from './why.tsx'

export function TaskPage({ id }: { readonly id: string }) {
  return <OfTask id={id}>{(taskId) => <Task taskId={taskId} />}</OfTask>
}

function Task({ taskId }: { readonly taskId: TaskId }) {
  const on = { on: (entry: Parameters<typeof taskOfEvent>[0]) => taskOfEvent(entry) === taskId }
  const { value: task, error, reload } = useAsk('getTask', { params: { id: taskId } }, on)
  const within = { title: 'Tasks', href: hrefOf('tasks') }
  if (task === null) {
    return <PageAwaited title={`Task ${brief(taskId)}`} within={within} error={error} />
  }
  const isOver = isEnded(task.status)
  return (
    <>
      <PageHead title={`${words(task.task_type)} ${brief(taskId)}`} within={within}>
        <Badge tone={taskTones[task.status]}>{task.status}</Badge>
        {task.level === null ? null : <Badge tone="quiet">claimed: {task.level}</Badge>}
        {isOver ? null : <Cancel taskId={taskId} onDone={reload} />}
      </PageHead>
      <Failure error={error} />
      {task.status === 'failed' || task.status === 'cancelled' ? (
        <Notice
          tone={task.status === 'failed' ? 'bad' : 'quiet'}
          title={`The task ${task.status === 'failed' ? 'failed' : 'was cancelled'}`}
        >
          {task.reason}
        </Notice>
      ) : null}
      {task.status === 'completed' ? <EvidencePanel taskId={taskId} /> : null}
      <div class="columns wide">
        <Facts task={task} />
        <TaskEvents taskId={taskId} />
      </div>
      {isOver ? null : <Why taskId={taskId} />}
      <Assignments taskId={taskId} />
      <SpecCard taskId={taskId} digest={task.task_digest} />
    </>
  )
}

function Facts({ task }: { readonly task: TaskInfo }) {
  const tookMs = Date.parse(task.updated_at) - Date.parse(task.created_at)
  return (
    <Card title="Task">
      <dl class="facts">
        <dt>Id</dt>
        <dd>
          <Id text={task.task_id} what="the id" isWhole />
        </dd>
        <dt>Digest</dt>
        <dd>
          <Id text={task.task_digest} what="the digest" isWhole />
        </dd>
        <dt>State</dt>
        <dd>
          {task.status}
          {task.reason === null ? '' : `: ${task.reason}`}
        </dd>
        <dt>Submitted</dt>
        <dd>{dateTime(task.created_at)}</dd>
        <dt>{isEnded(task.status) ? 'Took' : 'Changed'}</dt>
        <dd>{isEnded(task.status) ? duration(tookMs) : dateTime(task.updated_at)}</dd>
        <dt>Nodes</dt>
        <dd>
          {task.assigned_nodes.length === 0 ? (
            <span class="quiet">none</span>
          ) : (
            task.assigned_nodes.map((each) => (
              <div key={each}>
                <Id text={each} what="the key" href={hrefOf('nodes', each)} />
              </div>
            ))
          )}
        </dd>
      </dl>
    </Card>
  )
}

function Cancel({ taskId, onDone }: { readonly taskId: TaskId; onDone(): void }) {
  const standing = useStore(account)
  const [error, setError] = useState<unknown>(null)
  if (!hasScope(standing, 'tasks:write')) return null
  const cancel = () =>
    ask('cancelTask', { params: { id: taskId } }).then(onDone, (failure: unknown) =>
      setError(failure),
    )
  return (
    <>
      <button type="button" class="button grave" onClick={() => void cancel()}>
        Cancel the task
      </button>
      <Failure error={error} />
    </>
  )
}
