import { TaskId, type TaskInfo } from '@vcp/protocol'
import { useAsk } from '../api/use-ask.ts'
import { Badge } from '../parts/badge.tsx'
import { Empty, Waiting } from '../parts/empty.tsx'
import { brief } from '../parts/figures.ts'
import { Failure, Notice } from '../parts/notice.tsx'
import { PageHead } from '../parts/page-head.tsx'
import { TableFrame } from '../parts/table-frame.tsx'
import { Ago } from '../parts/time.tsx'
import { taskTones } from '../parts/tones.ts'
import { hrefOf } from '../shell/address.ts'
import { OneTraining } from './one-training.tsx'

export function TrainingPage({ item }: { readonly item: string | null }) {
  if (item === null) return <Trainings />
  const taskId = TaskId.safeParse(item)
  if (taskId.success) return <OneTraining key={item} taskId={taskId.data} />
  return (
    <Notice tone="bad" title="This is no task’s id">
      {item}
    </Notice>
  )
}

function Trainings() {
  const { value, error } = useAsk(
    'listTasks',
    { query: { task_type: 'federated_learning', limit: 100 } },
    { everyMs: 20_000, on: ({ event }) => event.type.startsWith('round-') },
  )
  const tasks = (value?.['tasks'] ?? []) as readonly TaskInfo[]
  return (
    <>
      <PageHead title="Training" />
      <Failure error={error} />
      <section class="card" aria-label="trainings">
        {value === null && error === null ? <Waiting what="Asking" /> : null}
        {value !== null && tasks.length === 0 ? (
          <Empty
            title="Nothing has been trained yet"
            command="vcp train examples/train/digits/train.yaml"
          >
            A model goes out to the nodes; their data never leaves them.
          </Empty>
        ) : null}
        {tasks.length === 0 ? null : (
          <TableFrame label="trainings">
            <table>
              <thead>
                <tr>
                  <th scope="col">Training</th>
                  <th scope="col">State</th>
                  <th scope="col">How it stands</th>
                  <th scope="col" class="right">
                    Changed
                  </th>
                </tr>
              </thead>
              <tbody>
                {tasks.map((task) => (
                  <tr key={task.task_id}>
                    <td>
                      <a href={hrefOf('training', task.task_id)} title={task.task_id}>
                        <code>{brief(task.task_id)}</code>
                      </a>
                    </td>
                    <td>
                      <Badge tone={taskTones[task.status]}>{task.status}</Badge>
                    </td>
                    <td class="wrap quiet">{task.reason ?? ''}</td>
                    <td class="right">
                      <Ago at={task.updated_at} />
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </TableFrame>
        )}
      </section>
    </>
  )
}
