// How a training goes, above the table of its rounds: loss and accuracy by round, side by side.
import type { Round } from '@vcp/protocol'
import { linePlot } from '../plot/line-plot.ts'
import type { Room } from './table.ts'
import { columnsOf, type Line, line, span } from './text.ts'

/** What a plot is drawn from; null: not known. */
export type Plotted = Pick<Round, 'number' | 'loss' | 'accuracy'>

const rowsMax = 14
/** Of the table that has to fit below. */
const rowsBelow = 6

export function roundsAbove(rounds: readonly Plotted[], room: Room): readonly Line[] {
  const rows = Math.min(rowsMax, room.rows - rowsBelow)
  if (rows < 6 || rounds.length === 0) return []
  const gap = 3
  const columns = Math.floor((room.columns - 4 - gap) / 2)
  const sorted = [...rounds].sort((one, other) => one.number - other.number)
  const x = { name: 'round', unit: '' }
  const plot = (name: 'loss' | 'accuracy', include: readonly number[]) =>
    linePlot({
      x,
      y: { name, unit: '' },
      points: sorted.map((round) => [round.number, round[name]] as const),
      columns,
      rows,
      include,
    })
  const [left, right] = [plot('loss', []), plot('accuracy', [0, 1])]
  const height = Math.max(left.length, right.length)
  const lines = Array.from({ length: height }, (_, i) => {
    const text = left[i] ?? ''
    const padding = ' '.repeat(columns - columnsOf(text) + gap)
    return line(span(`  ${text}`, 'code'), padding, span(right[i] ?? '', 'code'))
  })
  return [...lines, []]
}
