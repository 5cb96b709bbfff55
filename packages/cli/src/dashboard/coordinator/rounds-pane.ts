import type { Pane } from '../pane.ts'
import { describeRound, roundColumns, roundRow } from '../round-rows.ts'
import { roundsAbove } from '../rounds-above.ts'
import type { NetworkFacts } from './facts.ts'
import { reasonOf } from './not-there.ts'

/** The plot is of the training whose round is the newest. */
export const roundsPane: Pane<NetworkFacts> = {
  words: ['rounds', 'training', 'round'],
  title: 'Rounds',
  above({ rounds }, room) {
    const items = rounds.asked === 'answered' ? rounds.answer.items : []
    const [newest] = items
    if (newest === undefined) return []
    const own = items.filter(({ task_id: id }) => id === newest.task_id)
    return roundsAbove(own, room)
  },
  table: {
    columns: roundColumns,
    rows: ({ rounds }) => (rounds.asked === 'answered' ? rounds.answer.items.map(roundRow) : []),
    empty: ({ rounds }) =>
      rounds.asked === 'answered' ? 'no rounds; `vcp train` opens them' : reasonOf(rounds),
    describe({ rounds }, key) {
      if (rounds.asked !== 'answered') return null
      const round = rounds.answer.items.find(({ round_id: id }) => id === key)
      return round === undefined ? null : describeRound(round)
    },
  },
}
