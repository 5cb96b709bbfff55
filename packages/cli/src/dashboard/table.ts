// A table of as many rows as there is room for, around the one that is chosen.
import { columnsOf, cutText, type Line, type Span, span } from './text.ts'

export interface Column {
  readonly title: string
  /** `rest`: what the others leave; for one column of a table. */
  readonly width: number | 'rest'
  readonly isRight?: true
  /** Left out on a screen narrower than this. */
  readonly from?: number
  /** Left out on a screen at least as wide as this. */
  readonly below?: number
}

export interface TableRow {
  /** Names the thing, so that a choice stays with it when rows come and go. */
  readonly key: string
  /** One for each column. */
  readonly cells: readonly Span[]
}

export interface Room {
  readonly columns: number
  readonly rows: number
}

const gap = 2

/** The titles, then the rows; `▸` marks the chosen one. */
export function tableLines(
  columns: readonly Column[],
  rows: readonly TableRow[],
  chosen: number,
  room: Room,
): readonly Line[] {
  const shown = columns.map(({ from = 0, below = Number.POSITIVE_INFINITY }) => {
    return room.columns >= from && room.columns < below
  })
  const widths = widthsOf(columns, shown, room.columns - gap)
  const titles = columns.map(({ title }) => span(title, 'quiet'))
  const height = Math.max(0, room.rows - 1)
  const first = firstRow(chosen, rows.length, height)
  const body = rows.slice(first, first + height).map(({ cells }, i) => {
    const isChosen = first + i === chosen
    const spans = lineOf(columns, cells, widths, isChosen ? '▸ ' : '  ')
    return isChosen ? chosenLine(spans, room.columns) : spans
  })
  return [lineOf(columns, titles, widths, '  '), ...body]
}

/** As wide as the screen; a gauge in it stays as it is, for it would read the other way round. */
function chosenLine(spans: Line, width: number): Line {
  const text = spans.map((each) => each.text).join('')
  const whole = text + ' '.repeat(Math.max(0, width - columnsOf(text)))
  return whole.split(gauges).map((part, i) => span(part, i % 2 === 0 ? 'chosen' : 'plain'))
}

const gauges = /([█▉▊▋▌▍▎▏]*[█▉▊▋▌▍▎▏░]░*)/

/** The chosen row stays in sight, with what is around it. */
export function firstRow(chosen: number, count: number, height: number): number {
  const last = Math.max(0, count - height)
  return Math.min(last, Math.max(0, chosen - Math.floor(height / 2)))
}

/** Null for a column that is left out. */
function widthsOf(columns: readonly Column[], shown: readonly boolean[], room: number) {
  const fixed = columns.filter(({ width }, i) => shown[i] === true && width !== 'rest')
  const taken = fixed.reduce((sum, { width }) => sum + Number(width) + gap, 0)
  return columns.map(({ width }, i) => {
    if (shown[i] !== true) return null
    return width === 'rest' ? Math.max(8, room - taken) : width
  })
}

function lineOf(
  columns: readonly Column[],
  cells: readonly Span[],
  widths: readonly (number | null)[],
  margin: string,
): Line {
  const spans: Span[] = [span(margin)]
  columns.forEach(({ isRight }, i) => {
    const width = widths[i] ?? null
    const cell = cells[i]
    if (width === null || cell === undefined) return
    const text = cutText(cell.text, width)
    const padding = ' '.repeat(width - columnsOf(text))
    spans.push({ text: isRight === true ? padding + text : text + padding, tone: cell.tone })
    spans.push(span(' '.repeat(gap)))
  })
  return spans.slice(0, -1)
}
