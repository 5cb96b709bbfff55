import { type TaskInfo, taskStates, taskTypes } from '@vcp/protocol'
import { useState } from 'preact/hooks'
import { Badge } from '../parts/badge.tsx'
import { Empty } from '../parts/empty.tsx'
import { Choice } from '../parts/field.tsx'
import { brief } from '../parts/figures.ts'
import { Icon } from '../parts/icon.tsx'
import { PageHead } from '../parts/page-head.tsx'
import { PagedTable } from '../parts/paged-table.tsx'
import type { TableColumn } from '../parts/table.tsx'
import { Ago } from '../parts/time.tsx'
import { levelTones, taskTones, words } from '../parts/tones.ts'
import { usePages } from '../parts/use-pages.ts'
import { hrefOf } from '../shell/address.ts'
import { SubmitPage } from './submit-page.tsx'
import { TaskPage } from './task-page.tsx'

const columns: readonly TableColumn<TaskInfo>[] = [
  {
    title: 'Task',
    cell: ({ task_id, task_type }) => (
      <a href={hrefOf('tasks', task_id)} title={task_id}>
        <div>{words(task_type)}</div>
        <code class="quiet">{brief(task_id)}</code>
      </a>
    ),
  },
  {
    title: 'State',
    cell: ({ status }) => <Badge tone={taskTones[status]}>{status}</Badge>,
  },
  {
    title: 'Level',
    cell: ({ level }) =>
      level === null ? (
        <span class="quiet">none yet</span>
      ) : (
        <Badge tone={levelTones[level]}>{level}</Badge>
      ),
  },
  { title: 'Why', looks: 'wide-only wrap quiet', cell: ({ reason }) => reason ?? '' },
  {
    title: 'Nodes',
    looks: 'right wide-only',
    cell: ({ assigned_nodes }) => assigned_nodes.length,
  },
  { title: 'Changed', looks: 'right wide-only', cell: ({ updated_at }) => <Ago at={updated_at} /> },
]

export function Tasks({ item }: { readonly item: string | null }) {
  if (item === null) return <TaskList />
  return item === 'new' ? <SubmitPage /> : <TaskPage key={item} id={item} />
}

function TaskList() {
  const [status, setStatus] = useState<string>('any')
  const [type, setType] = useState<string>('any')
  const query = {
    ...(status === 'any' ? {} : { status }),
    ...(type === 'any' ? {} : { task_type: type }),
  }
  const pages = usePages<TaskInfo>('listTasks', 'tasks', query, {
    on: ({ event }) => 'task_id' in event,
    everyMs: 30_000,
  })
  const choose = (set: (value: string) => void) => (value: string) => {
    pages.restart()
    set(value)
  }
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
      <section class="card" aria-label="tasks">
        <PagedTable
          label="tasks"
          pages={pages}
          columns={columns}
          keyOf={({ task_id }) => task_id}
          empty={
            <Empty
              title="There is no such task"
              command="vcp task submit examples/tasks/hello.yaml --wait"
            >
              Submit one here, or from a terminal:
            </Empty>
          }
        />
      </section>
    </>
  )
}
