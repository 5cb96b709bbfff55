import type { TaskInfo } from '@vcp/protocol'
import { Badge } from '../parts/badge.tsx'
import { Empty } from '../parts/empty.tsx'
import { brief } from '../parts/figures.ts'
import { PageHead } from '../parts/page-head.tsx'
import { PagedTable } from '../parts/paged-table.tsx'
import type { TableColumn } from '../parts/table.tsx'
import { Ago } from '../parts/time.tsx'
import { taskTones } from '../parts/tones.ts'
import { usePages } from '../parts/use-pages.ts'
import { hrefOf } from '../shell/address.ts'
import { OfTask } from '../shell/of-task.tsx'
import { OneTraining } from './one-training.tsx'

const columns: readonly TableColumn<TaskInfo>[] = [
  {
    title: 'Training',
    cell: ({ task_id }) => (
      <a href={hrefOf('training', task_id)} title={task_id}>
        <code>{brief(task_id)}</code>
      </a>
    ),
  },
  {
    title: 'State',
    cell: ({ status }) => <Badge tone={taskTones[status]}>{status}</Badge>,
  },
  { title: 'How it stands', looks: 'wrap quiet', cell: ({ reason }) => reason ?? '' },
  { title: 'Changed', looks: 'right', cell: ({ updated_at }) => <Ago at={updated_at} /> },
]

const trainings = { task_type: 'federated_learning' }

export function TrainingPage({ item }: { readonly item: string | null }) {
  if (item === null) return <Trainings />
  return <OfTask id={item}>{(taskId) => <OneTraining key={taskId} taskId={taskId} />}</OfTask>
}

function Trainings() {
  const pages = usePages<TaskInfo>('listTasks', 'tasks', trainings, {
    everyMs: 20_000,
    on: ({ event }) => event.type.startsWith('round-'),
  })
  return (
    <>
      <PageHead title="Training" />
      <section class="card" aria-label="trainings">
        <PagedTable
          label="trainings"
          pages={pages}
          columns={columns}
          keyOf={({ task_id }) => task_id}
          empty={
            <Empty
              title="Nothing has been trained yet"
              command="vcp train examples/train/digits/train.yaml"
            >
              A model goes out to the nodes; their data never leaves them.
            </Empty>
          }
        />
      </section>
    </>
  )
}
