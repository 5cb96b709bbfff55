import type { TaskInfo } from '@vcp/protocol'
import { type Described, describedLines } from '../described.ts'
import { duration } from '../figures.ts'
import type { Pane } from '../pane.ts'
import type { Column, TableRow } from '../table.ts'
import { type Line, line, type Span, shorten, span, type Tone } from '../text.ts'
import type { NetworkFacts } from './facts.ts'
import { reasonOf } from './not-there.ts'
import { rowsOfAnswer } from './rows-of-answer.ts'

const columns: readonly Column[] = [
  { title: 'TASK', width: 14, below: 130 },
  { title: 'TASK', width: 36, from: 130 },
  { title: 'TYPE', width: 18 },
  { title: 'STATUS', width: 9 },
  { title: 'LEVEL', width: 10 },
  { title: 'NODES', width: 5, isRight: true },
  { title: 'AGE', width: 8, isRight: true, from: 100 },
  { title: 'WHY', width: 'rest' },
]

const rowsOf = rowsOfAnswer(rowOf)

export const queuePane: Pane<NetworkFacts> = {
  words: ['queue', 'tasks', 'task'],
  title: 'Queue',
  above: ({ tasks }) => {
    if (tasks.asked !== 'answered' || tasks.answer.isAll) return []
    return [line(span(`  the newest ${tasks.answer.items.length} of more`, 'quiet')), []]
  },
  table: {
    columns,
    rows: ({ tasks }) => rowsOf(tasks),
    empty: ({ tasks }) =>
      tasks.asked === 'answered' ? 'no tasks; `vcp task submit` makes one' : reasonOf(tasks),
    describe({ tasks, atMs }, key, width) {
      if (tasks.asked !== 'answered') return null
      const task = tasks.answer.items.find(({ task_id: id }) => id === key)
      return task === undefined ? null : described(task, atMs, width)
    },
  },
}

const tones: Readonly<Partial<Record<TaskInfo['status'], Tone>>> = {
  completed: 'good',
  failed: 'bad',
  cancelled: 'warn',
}

function statusOf({ status }: TaskInfo): Span {
  return span(status, tones[status] ?? 'plain')
}

function rowOf(task: TaskInfo, atMs: number): TableRow {
  const { task_id: key, level, reason } = task
  return {
    key,
    cells: [
      span(shorten(key, 14)),
      span(key),
      span(task.task_type),
      statusOf(task),
      level === null ? span('-', 'quiet') : span(level),
      span(String(task.assigned_nodes.length)),
      span(duration(atMs - Date.parse(task.created_at))),
      span(reason ?? ''),
    ],
  }
}

function described(task: TaskInfo, atMs: number, width: number): readonly Line[] {
  const created = Date.parse(task.created_at)
  const rows: readonly Described[] = [
    ['task', task.task_id],
    ['type', task.task_type],
    ['status', statusOf(task)],
    ...(task.reason === null ? [] : [['why', task.reason] as const]),
    ['level', task.level ?? 'no result is accepted yet'],
    ['digest', task.task_digest],
    ['submitted', `${task.created_at}, ${duration(atMs - created)} ago`],
    ['changed', task.updated_at],
    ['nodes', task.assigned_nodes.join(' ') || 'none'],
    ['nodes before', task.former_assigned_nodes.join(' ') || 'none'],
    ['more', `vcp task show ${task.task_id}`],
    ['', `vcp task why ${task.task_id}`],
  ]
  return describedLines(rows, width)
}
