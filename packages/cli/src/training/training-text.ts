// Rounds as a person reads them: a table, and plots of what was measured and of nothing else.
import type { Round, TaskInfo } from '@vcp/protocol'
import { linePlot } from '../plot/line-plot.ts'
import type { Style } from '../style.ts'

const heads = ['round', 'state', 'updates', 'loss', 'accuracy', 'epsilon', 'clip norm'] as const

/** A line to a round, with its heads above. */
export function roundTable(rounds: readonly Round[]): readonly string[] {
  const isAdapted = rounds.some(({ clip_norm }) => clip_norm !== undefined)
  const shown = isAdapted ? heads : heads.slice(0, -1)
  return aligned([shown, ...rounds.map((round) => cellsOf(round).slice(0, shown.length))])
}

export function roundLine(round: Round): string {
  const [, ...all] = cellsOf(round)
  const cells = round.clip_norm === undefined ? all.slice(0, -1) : all
  const words = cells.map((cell, at) => (at === 0 ? cell : `${heads[at + 1]} ${cell}`))
  return `round ${round.number}  ${words.join('  ')}`
}

function cellsOf(round: Round): readonly string[] {
  const { number, state, updates_accepted, participants, loss, accuracy, epsilon_spent } = round
  const hidden = round.secure === undefined ? '' : ' hidden'
  const refused = round.refused === 0 ? '' : ` (${round.refused} out)`
  return [
    String(number),
    state,
    `${updates_accepted} of ${participants.length}${hidden}${refused}`,
    loss === null ? '-' : loss.toFixed(4),
    accuracy === null ? '-' : `${(100 * accuracy).toFixed(1)}%`,
    epsilon_spent === null ? '-' : epsilon_spent.toFixed(3),
    round.clip_norm?.toPrecision(4) ?? '-',
  ]
}

function aligned(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = rows[0]!.map((_, at) => Math.max(...rows.map((row) => row[at]!.length)))
  return rows.map((row) =>
    row
      .map((cell, at) => cell.padEnd(widths[at]!))
      .join('  ')
      .trimEnd(),
  )
}

const plotRows = 8
/** Of each plot, with the empty line above it. */
export const plotLines = plotRows + 1
const plotColumns = 72

/** Loss, accuracy and epsilon by round, where they were measured. */
export function roundPlots(rounds: readonly Round[], columns: number): readonly string[] {
  const final = rounds.filter(({ state }) => state === 'finalised')
  if (final.length < 2) return []
  const width = Math.min(columns - 1, plotColumns)
  const measures = [
    { name: 'loss', include: [], of: ({ loss }: Round) => loss },
    { name: 'accuracy', include: [0, 1], of: ({ accuracy }: Round) => accuracy },
    { name: 'epsilon', include: [0], of: ({ epsilon_spent }: Round) => epsilon_spent },
  ] as const
  return measures.flatMap(({ name, include, of }) => {
    const points = final.map((round) => [round.number, of(round)] as const)
    if (points.every(([, value]) => value === null)) return []
    const x = { name: 'round', unit: '' }
    const size = { columns: width, rows: plotRows }
    return ['', ...linePlot({ x, y: { name, unit: '' }, points, include, ...size })]
  })
}

/** `running, 3 rounds done`. */
export function headline({ status, reason }: TaskInfo, done: number): string {
  const why = reason === null ? '' : `: ${reason}`
  return `${status}, ${done} ${done === 1 ? 'round' : 'rounds'} done${why}`
}

export interface PrivacyAsked {
  readonly privacy: {
    readonly unit: 'example' | 'node'
    readonly budget: { readonly epsilon: number; readonly delta: number }
  } | null
  readonly secure_aggregation: boolean
}

/** What the figure of epsilon is, in the words of whoever asks for it; and who sees updates. */
export function privacyLines(
  { privacy, secure_aggregation: isHidden }: PrivacyAsked,
  style: Style,
): readonly string[] {
  const hidden = isHidden ? ['nobody sees an update: nodes add them up under masks'] : []
  if (privacy === null) {
    const all = isHidden ? 'sums of updates' : 'updates'
    return [style.warn(`without privacy: ${all} may tell of single examples`), ...hidden]
  }
  const { epsilon, delta } = privacy.budget
  const whom = privacy.unit === 'node' ? 'all that one node holds' : 'one example of a data set'
  const line = `privacy of ${whom}: epsilon at most ${epsilon} at delta ${delta}`
  if (privacy.unit === 'example') {
    return [line, 'each node clips and adds noise before it sends', ...hidden]
  }
  if (isHidden) return [line, 'each node clips, and adds its part of the noise', ...hidden]
  return [line, 'the coordinator is trusted with it: it sees the updates, and adds the noise']
}
