// Rounds of training as rows, and all that is known of one.
import type { Round } from '@vcp/protocol'
import { known } from './figures.ts'
import type { Column, TableRow } from './table.ts'
import { type Line, line, type Span, shorten, span, type Tone } from './text.ts'

export const roundColumns: readonly Column[] = [
  { title: 'TASK', width: 14, below: 130 },
  { title: 'TASK', width: 36, from: 130 },
  { title: 'ROUND', width: 5, isRight: true },
  { title: 'STATE', width: 11 },
  { title: 'UPDATES', width: 9 },
  { title: 'LOSS', width: 8, isRight: true },
  { title: 'ACCURACY', width: 8, isRight: true },
  { title: 'EPSILON', width: 'rest' },
]

const tones: Readonly<Record<Round['state'], Tone>> = {
  open: 'code',
  aggregating: 'code',
  finalised: 'good',
  abandoned: 'bad',
}

export function roundRow(round: Round): TableRow {
  const { round_id: key, task_id: task, state } = round
  return {
    key,
    cells: [
      span(shorten(task, 14)),
      span(task),
      span(String(round.number)),
      span(state, tones[state]),
      span(`${round.updates_accepted} of ${round.updates_min}+`),
      known(round.loss, (it) => it.toFixed(4)),
      known(round.accuracy, (it) => `${(100 * it).toFixed(1)} %`),
      epsilonOf(round),
    ],
  }
}

/** Known when the round is final; a training without privacy spends none and is told so. */
function epsilonOf({ state, epsilon_spent: spent }: Round): Span {
  if (spent !== null) return span(spent.toFixed(3))
  return state === 'finalised' ? span('no privacy', 'quiet') : span('-', 'quiet')
}

export function describeRound(round: Round): readonly Line[] {
  const closes = new Date(round.closes_at_ms).toISOString()
  const rows: readonly (readonly [string, Span | string])[] = [
    ['round', `${round.number}, ${round.round_id}`],
    ['task', round.task_id],
    ['state', span(round.state, tones[round.state])],
    ['model in', round.model_in],
    ['model out', round.model_out ?? 'none yet'],
    ['updates', `${round.updates_accepted} accepted, ${round.updates_min} needed`],
    ['participants', String(round.participants.length)],
    ['opened', new Date(round.opened_at_ms).toISOString()],
    ['closes', closes],
    ['loss', known(round.loss, String)],
    ['accuracy', known(round.accuracy, String)],
    ['epsilon', epsilonOf(round)],
    ...round.participants.map((id) => ['', id] as const),
  ]
  return rows.map(([name, value]) => line(span(`  ${name.padEnd(12)} `, 'quiet'), value))
}
