import type { Pane } from '../pane.ts'
import {
  describeRound,
  newestFirst,
  newestTraining,
  roundColumns,
  roundRow,
} from '../round-rows.ts'
import { roundsAbove } from '../rounds-above.ts'
import { line, span } from '../text.ts'
import type { NetworkFacts } from './facts.ts'
import { reasonOf } from './not-there.ts'

/** The plot is of the training whose round is the newest. */
export const roundsPane: Pane<NetworkFacts> = {
  words: ['rounds', 'training', 'round'],
  title: 'Rounds',
  above({ rounds }, room) {
    if (rounds.asked !== 'answered') return []
    const { items, isAll } = rounds.answer
    const own = newestTraining(items)
    const sign = isAll ? [] : [line(span(`  the newest ${items.length} of more`, 'quiet')), []]
    return [...sign, ...roundsAbove(own, { ...room, rows: room.rows - sign.length })]
  },
  table: {
    columns: roundColumns,
    rows: ({ rounds }) =>
      rounds.asked === 'answered' ? newestFirst(rounds.answer.items).map(roundRow) : [],
    empty: ({ rounds }) =>
      rounds.asked === 'answered' ? 'no rounds; `vcp train` opens them' : reasonOf(rounds),
    describe({ rounds }, key, width) {
      if (rounds.asked !== 'answered') return null
      const round = rounds.answer.items.find(({ round_id: id }) => id === key)
      return round === undefined ? null : describeRound(round, width)
    },
  },
}
