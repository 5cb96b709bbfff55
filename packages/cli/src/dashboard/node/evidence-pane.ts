// What speaks for a node: how its results were judged, and how its reputation comes about.
import { type NodeHistory, reputationOf, type TrackRecord } from '@vcp/protocol'
import type { TaskResult } from '../../agent/api/details.ts'
import type { AgentStatus } from '../../agent/api/status.ts'
import { type Described, describedLines } from '../described.ts'
import { clock, duration } from '../figures.ts'
import type { Pane } from '../pane.ts'
import type { Column, TableRow } from '../table.ts'
import { type Line, line, type Span, shorten, span } from '../text.ts'
import type { NodeFacts, Standing } from './facts.ts'

const columns: readonly Column[] = [
  { title: 'UTC', width: 8 },
  { title: 'TASK', width: 14, below: 130 },
  { title: 'TASK', width: 36, from: 130 },
  { title: 'EPOCH', width: 5, isRight: true },
  { title: 'ENDED', width: 9 },
  { title: 'BECAUSE', width: 'rest' },
]

export const evidencePane: Pane<NodeFacts> = {
  words: ['evidence', 'audits'],
  title: 'Evidence',
  above: ({ standing, status }) => [
    ...standingLines(standing),
    ...(status === null ? [] : hereLines(status)),
    [],
  ],
  table: {
    columns,
    rows: ({ results }) => (results?.results ?? []).map(rowOf),
    empty: ({ results }) => (results === null ? 'not asked yet' : 'no offer has ended yet'),
    describe({ results, atMs }, key, width) {
      const result = results?.results.find((each) => keyOf(each) === key)
      return result === undefined ? null : described(result, atMs, width)
    },
    logged: (key) => key.split(' ')[0] ?? '',
  },
}

function fact(name: string, ...value: (Span | string)[]): Line {
  return line(span(`  ${name.padEnd(17)}`, 'quiet'), ...value)
}

function standingLines(standing: Standing): readonly Line[] {
  if (standing.standing === 'unknown') {
    return [fact('reputation', span('unknown', 'quiet'), `: ${standing.reason}`)]
  }
  const { record } = standing.info
  const { succeeded, failed, disputes_lost: lost } = record
  return [
    fact('reputation', span(reputationOf(record).toFixed(2), 'title'), `: ${whenceText(record)}`),
    fact('judged', `${succeeded} good, ${failed} bad, ${lost} disputes lost`),
    ...auditLines(standing.history),
  ]
}

/** The formula of `reputationOf`, with the numbers in it. */
function whenceText({ succeeded, failed, disputes_lost: lost }: TrackRecord): string {
  const total = succeeded + failed
  if (total === 0) return 'every node begins there; nothing was judged yet'
  const share = `${succeeded} of ${total} results were good`
  if (lost === 0) return share
  return `${share}, less ${Math.min(0.05 * lost, 0.3).toFixed(2)} for disputes lost`
}

function auditLines({ audits, since_ms: sinceMs }: NodeHistory): readonly Line[] {
  const since = `, since ${new Date(sinceMs).toISOString().slice(0, 16)} UTC`
  if (audits.length === 0) return [fact('audits', `none${since}`)]
  const passed = audits.filter((audit) => audit.passed).length
  const tone = passed === audits.length ? 'good' : 'bad'
  const engines = new Set(audits.map(({ engine }) => engine))
  return [
    fact('audits', span(`${passed} of ${audits.length} passed`, tone), since),
    ...[...engines].map((engine) => {
      const own = audits.filter((audit) => audit.engine === engine).reverse()
      const failedAt = own.findIndex((audit) => !audit.passed)
      const inARow = failedAt < 0 ? own.length : failedAt
      return fact('agreed in a row', `${inARow} with ${engine}`)
    }),
  ]
}

/** What the agent has seen itself of what became of its work. */
function hereLines({ tally }: AgentStatus): readonly Line[] {
  const { delivered, withdrawn, reruns } = tally
  const refused = Object.entries(tally.refused).map(([code, times]) => `${times} ${code}`)
  const text = `${delivered} delivered, ${withdrawn} withdrawn, ${reruns} run as a referee`
  return [
    fact('since start', text),
    ...(refused.length === 0 ? [] : [fact('refused', span(refused.join(', '), 'warn'))]),
  ]
}

function keyOf({ task_id: id, lease_epoch: epoch }: TaskResult): string {
  return `${id} ${epoch}`
}

function rowOf(result: TaskResult): TableRow {
  const { task_id: id, end, reason, ended_at_ms: atMs } = result
  const cells = [
    span(clock(atMs)),
    span(shorten(id, 14)),
    span(id),
    span(String(result.lease_epoch)),
    span(end, end === 'settled' ? 'good' : end === 'dropped' ? 'bad' : 'warn'),
    span(reason),
  ]
  return { key: keyOf(result), cells }
}

function described(result: TaskResult, atMs: number, width: number): readonly Line[] {
  const ended = new Date(result.ended_at_ms).toISOString()
  const rows: readonly Described[] = [
    ['task', result.task_id],
    ['lease', `epoch ${result.lease_epoch}`],
    ['ended', `${ended}, ${duration(atMs - result.ended_at_ms)} ago`],
    ['how', meanings[result.end]],
    ['because', result.reason],
  ]
  return describedLines(rows, width)
}

const meanings: Readonly<Record<TaskResult['end'], string>> = {
  settled: 'settled: the coordinator has the last report of it on disk',
  dropped: 'dropped: the lease was lost or taken back',
  declined: 'declined: this node did not take it',
}
