// Rounds of training as rows, and all that is known of one.
import type { Round } from '@vcp/protocol'
import { type Described, describedLines } from './described.ts'
import { known, unknown } from './figures.ts'
import type { Column, TableRow } from './table.ts'
import { type Line, type Span, shorten, span, type Tone } from './text.ts'

export const roundColumns: readonly Column[] = [
  { title: 'TASK', width: 14, below: 130 },
  { title: 'TASK', width: 36, from: 130 },
  { title: 'ROUND', width: 5, isRight: true },
  { title: 'STATE', width: 11 },
  { title: 'UPDATES', width: 9 },
  { title: 'LOSS', width: 8, isRight: true },
  { title: 'ACCURACY', width: 8, isRight: true },
  { title: 'EPSILON', width: 8, isRight: true },
]

const tones: Readonly<Record<Round['state'], Tone>> = {
  open: 'code',
  aggregating: 'code',
  finalised: 'good',
  abandoned: 'bad',
}

/** By when they were opened: rounds of several trainings may be among them. */
export function newestFirst(rounds: readonly Round[]): readonly Round[] {
  return rounds.toSorted((one, other) => other.opened_at_ms - one.opened_at_ms)
}

/** Those of the training whose round is the newest. */
export function newestTraining(rounds: readonly Round[]): readonly Round[] {
  const [newest] = newestFirst(rounds)
  return rounds.filter(({ task_id: id }) => id === newest?.task_id)
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
      measured(round, round.loss?.toFixed(4)),
      measured(round, round.accuracy === null ? undefined : percentOf(round.accuracy, 1)),
      epsilonOf(round),
    ],
  }
}

/** Nothing is to be known of a round that goes on. */
function measured({ state }: Round, text: string | undefined): Span {
  if (text !== undefined) return span(text)
  return state === 'finalised' ? unknown : span('-', 'quiet')
}

function percentOf(share: number, digits: number): string {
  return `${(100 * share).toFixed(digits)} %`
}

/** Known when the round is final; a training without privacy spends none and is told so. */
function epsilonOf({ state, epsilon_spent: spent }: Round): Span {
  if (spent !== null) return span(spent.toFixed(3))
  return state === 'finalised' ? span('no privacy', 'quiet') : span('-', 'quiet')
}

export function describeRound(round: Round, columns: number): readonly Line[] {
  const closes = new Date(round.closes_at_ms).toISOString()
  const rows: readonly Described[] = [
    ['round', `${round.number}, ${round.round_id}`],
    ['task', round.task_id],
    ['state', span(round.state, tones[round.state])],
    ['model in', round.model_in],
    ['model out', round.model_out ?? 'none yet'],
    ['updates', `${round.updates_accepted} accepted, ${round.updates_min} needed`],
    ['opened', new Date(round.opened_at_ms).toISOString()],
    ['closes', closes],
    ['loss', known(round.loss, (it) => it.toPrecision(6))],
    ['accuracy', known(round.accuracy, (it) => percentOf(it, 2))],
    ['epsilon', epsilonOf(round)],
    ...round.participants.map((id, i) => [i === 0 ? 'participants' : '', id] as const),
  ]
  return describedLines(rows, columns)
}
