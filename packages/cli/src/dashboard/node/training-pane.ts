import type { TrainingStatus } from '../../agent/api/details.ts'
import { gauge } from '../../plot/gauge.ts'
import { duration } from '../figures.ts'
import type { Pane } from '../pane.ts'
import {
  describeRound,
  newestFirst,
  newestTraining,
  roundColumns,
  roundRow,
} from '../round-rows.ts'
import { roundsAbove } from '../rounds-above.ts'
import { type Line, line, shorten, span } from '../text.ts'
import type { NodeFacts, Rounds, Spending } from './facts.ts'

/** The trainings of a node: which round, how it goes, and what it costs the data here. */
export const trainingPane: Pane<NodeFacts> = {
  words: ['training', 'rounds'],
  title: 'Training',
  above({ training, spending, rounds, atMs }, room) {
    const lines = [...heldLines(training, atMs), ...spendingLines(spending, room.columns), []]
    const plotRoom = { ...room, rows: room.rows - lines.length }
    return [...lines, ...roundsAbove(newestTraining(knownRounds(rounds)), plotRoom)]
  },
  table: {
    columns: roundColumns,
    rows: ({ rounds }) => newestFirst(knownRounds(rounds)).map(roundRow),
    empty: ({ rounds }) =>
      rounds.rounds === 'known' ? 'no rounds' : `rounds unknown: ${rounds.reason}`,
    describe({ rounds }, key, width) {
      const round = knownRounds(rounds).find(({ round_id: id }) => id === key)
      return round === undefined ? null : describeRound(round, width)
    },
  },
}

function knownRounds(rounds: Rounds) {
  return rounds.rounds === 'known' ? rounds.all : []
}

function heldLines(training: TrainingStatus | null, atMs: number): readonly Line[] {
  const name = (text: string) => span(`  ${text.padEnd(12)}`, 'quiet')
  if (training === null) return [line(name('takes part'), span('asking', 'quiet'))]
  if (training.trainings.length === 0) return [line(name('takes part'), 'in no training')]
  return training.trainings.map(({ task_id: id, round }, i) =>
    line(name(i === 0 ? 'takes part' : ''), shorten(id, 18), `  ${roundText(round, atMs)}`),
  )
}

function roundText(round: TrainingStatus['trainings'][number]['round'], atMs: number): string {
  if (round === null) return 'waits for a round'
  const { number, is_contributed: isContributed, closes_at_ms: closesMs } = round
  const done = isContributed ? 'the update is signed' : 'trains'
  const left = closesMs - atMs
  return `round ${number}: ${done}, ${left > 0 ? `closes in ${duration(left)}` : 'is to close'}`
}

function spendingLines(spending: readonly Spending[] | null, columns: number): readonly Line[] {
  const name = (text: string) => span(`  ${text.padEnd(12)}`, 'quiet')
  if (spending === null) return [line(name('privacy'), span('asking', 'quiet'))]
  if (spending.length === 0) {
    return [line(name('privacy'), 'no data set has a budget; `vcp node dataset add` gives one')]
  }
  return spending.map(({ dataset, granted, spent, left, delta }, i) => {
    const share = granted === 0 ? 100 : (100 * spent) / granted
    const text = `epsilon ${spent.toFixed(3)} of ${granted} spent, ${left.toFixed(3)} left`
    return line(
      name(i === 0 ? 'privacy' : ''),
      `${shorten(dataset, 14).padEnd(15)}`,
      span(gauge(share, 10), left === 0 ? 'warn' : 'plain'),
      ` ${text}`,
      span(columns < 100 ? '' : `, delta ${delta}`, 'quiet'),
    )
  })
}
