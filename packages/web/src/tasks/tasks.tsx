import { type TaskInfo, taskStates, taskTypes } from '@vcp/protocol'
import { useState } from 'preact/hooks'
import { useAsk } from '../api/use-ask.ts'
import { Badge } from '../parts/badge.tsx'
import { Empty, Waiting } from '../parts/empty.tsx'
import { Choice } from '../parts/field.tsx'
import { brief } from '../parts/figures.ts'
import { Icon } from '../parts/icon.tsx'
import { Failure } from '../parts/notice.tsx'
import { PageHead } from '../parts/page-head.tsx'
import { Pager } from '../parts/pager.tsx'
import { TableFrame } from '../parts/table-frame.tsx'
import { Ago } from '../parts/time.tsx'
import { levelTones, taskTones, words } from '../parts/tones.ts'
import { hrefOf } from '../shell/address.ts'
import { SubmitPage } from './submit-page.tsx'
import { TaskPage } from './task-page.tsx'

const pageItems = 100

export function Tasks({ item }: { readonly item: string | null }) {
  if (item === null) return <TaskList />
  return item === 'new' ? <SubmitPage /> : <TaskPage key={item} id={item} />
}

function TaskList() {
  const [status, setStatus] = useState<string>('any')
  const [type, setType] = useState<string>('any')
  const [cursors, setCursors] = useState<readonly string[]>([])
  const cursor = cursors.at(-1)
  const tasks = useAsk(
    'listTasks',
    {
      query: {
        limit: pageItems,
        ...(status === 'any' ? {} : { status }),
        ...(type === 'any' ? {} : { task_type: type }),
        ...(cursor === undefined ? {} : { cursor }),
      },
    },
    { on: ({ event }) => cursor === undefined && 'task_id' in event, everyMs: 30_000 },
  )
  const choose = (set: (value: string) => void) => (value: string) => {
    setCursors([])
    set(value)
  }
  const found = tasks.value as {
    readonly tasks: readonly TaskInfo[]
    readonly next_cursor: string | null
  } | null
  return (
    <>
      <PageHead title="Tasks">
        <a class="button first" href={hrefOf('tasks', 'new')}>
          <Icon name="add" />
          Submit a task
        </a>
      </PageHead>
      <search class="filters">
        <Choice
          label="State"
          value={status}
          options={['any', ...taskStates]}
          onChange={choose(setStatus)}
        />
        <Choice
          label="Type"
          value={type}
          options={['any', ...taskTypes]}
          nameOf={words}
          onChange={choose(setType)}
        />
      </search>
      <Failure error={tasks.error} />
      <section class="card" aria-label="tasks">
        {found === null && tasks.error === null ? <Waiting what="Asking" /> : null}
        {found === null ? null : <TaskTable tasks={found.tasks} />}
        <Pager cursors={cursors} next={found?.next_cursor ?? null} onMove={setCursors} />
      </section>
    </>
  )
}

function TaskTable({ tasks }: { readonly tasks: readonly TaskInfo[] }) {
  if (tasks.length === 0) {
    return (
      <Empty
        title="There is no such task"
        command="vcp task submit examples/tasks/hello.yaml --wait"
      >
        Submit one here, or from a terminal:
      </Empty>
    )
  }
  return (
    <TableFrame label="tasks">
      <table>
        <thead>
          <tr>
            <th scope="col">Task</th>
            <th scope="col">State</th>
            <th scope="col">Level</th>
            <th scope="col" class="wide-only">
              Why
            </th>
            <th scope="col" class="right wide-only">
              Nodes
            </th>
            <th scope="col" class="right">
              Changed
            </th>
          </tr>
        </thead>
        <tbody>
          {tasks.map((task) => (
            <tr key={task.task_id}>
              <td>
                <a href={hrefOf('tasks', task.task_id)} title={task.task_id}>
                  <div>{words(task.task_type)}</div>
                  <code class="quiet">{brief(task.task_id)}</code>
                </a>
              </td>
              <td>
                <Badge tone={taskTones[task.status]}>{task.status}</Badge>
              </td>
              <td>
                {task.level === null ? (
                  <span class="quiet">none yet</span>
                ) : (
                  <Badge tone={levelTones[task.level]}>{task.level}</Badge>
                )}
              </td>
              <td class="wide-only wrap quiet">{task.reason ?? ''}</td>
              <td class="right wide-only">{task.assigned_nodes.length}</td>
              <td class="right">
                <Ago at={task.updated_at} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </TableFrame>
  )
}
