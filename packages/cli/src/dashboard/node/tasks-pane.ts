import type { HeldTask } from '../../agent/api/status.ts'
import { gauge } from '../../plot/gauge.ts'
import { type Described, describedLines } from '../described.ts'
import { clock, count, duration, unknown } from '../figures.ts'
import type { Pane } from '../pane.ts'
import type { Column, TableRow } from '../table.ts'
import { type Line, line, type Span, shorten, span } from '../text.ts'
import type { NodeFacts } from './facts.ts'

const columns: readonly Column[] = [
  { title: 'TASK', width: 14, below: 130 },
  { title: 'TASK', width: 36, from: 130 },
  { title: 'TYPE', width: 18 },
  { title: 'PHASE', width: 9 },
  { title: 'DONE', width: 'rest' },
  { title: 'LEVEL', width: 10 },
  { title: 'MEMORY', width: 9, isRight: true, from: 100 },
  { title: 'LEASE', width: 7, isRight: true, from: 100 },
]

export const tasksPane: Pane<NodeFacts> = {
  words: ['tasks', 'task'],
  title: 'Tasks',
  above: ({ status }) => {
    if (status === null) return []
    const { tasks, tasks_max: max, reruns, reports_waiting: reports, tally } = status
    const declined = Object.values(tally.declined).reduce((sum, each) => sum + each, 0)
    const figures: readonly (readonly [string, number | string])[] = [
      ['held', `${tasks.length} of ${max}`],
      ['reruns', reruns],
      ['to deliver', reports],
      ['delivered', tally.delivered],
      ['failed', tally.failed],
      ['declined', declined],
    ]
    return [
      line(...figures.flatMap(([name, value]) => [span(` ${name} `, 'quiet'), `${value} `])),
      [],
    ]
  },
  table: {
    columns,
    rows: ({ status, atMs }) => (status?.tasks ?? []).map((task) => rowOf(task, atMs)),
    empty: ({ status }) => whyIdle(status),
    describe({ status, atMs }, key, width) {
      const task = status?.tasks.find(({ task_id: id }) => id === key)
      return task === undefined ? null : described(task, atMs, width)
    },
    logged: (key) => key,
  },
}

function rowOf(task: HeldTask, atMs: number): TableRow {
  const { task_id: id, task_type: type, memory_mb: memoryMb, level } = task
  return {
    key: id,
    cells: [
      span(shorten(id, 14)),
      span(id),
      type === null ? span('-', 'quiet') : span(type),
      span(phaseOf(task)),
      gasOf(task),
      level === null ? span('-', 'quiet') : span(level),
      span(`${Math.round(memoryMb)} MB`),
      span(task.stage === 'running' ? duration(task.lease_ends_at_ms - atMs) : '-'),
    ],
  }
}

function phaseOf({ phase, stage }: HeldTask): string {
  return stage === 'running' ? (phase ?? 'begun') : stage
}

/** Of what it may use, where that is known; else how far it says it is. */
function gasOf({ gas, gas_max: max, percent, stage }: HeldTask): Span {
  if (stage !== 'running') return span('-', 'quiet')
  const share = gas !== null && max !== null ? (100 * gas) / max : percent
  if (share === null) return unknown
  const text = gas === null ? `${Math.round(share)} %` : `${count(gas)} gas`
  return span(`${gauge(share, 8)} ${text}`)
}

function described(task: HeldTask, atMs: number, width: number): readonly Line[] {
  const { gas, gas_max: max, percent, stage } = task
  const used = gas === null ? unknown : span(`${gas}${max === null ? '' : ` of ${max}`}`)
  const rows: readonly Described[] = [
    ['task', task.task_id],
    ['type', task.task_type ?? 'the run is over'],
    ['stage', stage],
    ['phase', task.phase ?? unknown],
    ['done', percent === null ? unknown : `${Math.round(percent)} %`],
    ['gas', used],
    ['evidence wanted', task.level ?? unknown],
    ['memory', `${task.memory_mb} MB`],
    ['accepted', `${clock(task.accepted_at_ms)} UTC, ${duration(atMs - task.accepted_at_ms)} ago`],
    ['lease', `epoch ${task.lease_epoch}, ${leaseText(task, atMs)}`],
  ]
  return describedLines(rows, width)
}

function leaseText({ stage, lease_ends_at_ms: endsMs }: HeldTask, atMs: number): string {
  if (stage !== 'running') return 'the result is in the hands of the coordinator'
  return `ends in ${duration(endsMs - atMs)} without a word from here`
}

/** Having nothing to do is a state with a reason. */
function whyIdle(status: NodeFacts['status']): string {
  if (status === null) return 'the agent has not answered yet'
  const { mode, breaker, coordinators, task_types: types } = status
  if (mode === 'safe_mode') return `takes nothing: ${breaker.text ?? 'the breaker is open'}`
  if (mode !== 'active') return `takes nothing: it is ${mode}`
  if (types.length === 0) return 'takes nothing: no engine is ready'
  if (!coordinators.some(({ state }) => state === 'joined')) return 'no coordinator is joined'
  return 'nothing to do: it is joined, and waits for an offer'
}
