// A plot in lines of text. Measured points are marked, what only joins them is dotted, what is not
// known is a gap, and both axes have round numbers and say what they are of.
import { type Scale, scaleOver } from './scale.ts'

export interface Axis {
  readonly name: string
  /** Empty for a plain number. */
  readonly unit: string
}

export interface LinePlot {
  readonly x: Axis
  readonly y: Axis
  /** By rising x. Null: not known there. */
  readonly points: readonly (readonly [x: number, y: number | null])[]
  /** Of the whole plot, its axes included. */
  readonly columns: number
  readonly rows: number
  /** Values the y axis is to show in any case, such as 0 and 1 of a share. */
  readonly include?: readonly number[]
}

const point = '●'
const joining = '·'
/** Several values fall into one column: from the least to the greatest. */
const spread = '│'
const rowsMin = 3

/** At most `rows` lines of at most `columns` columns. */
export function linePlot(plot: LinePlot): readonly string[] {
  const { y, points, rows, columns, include = [] } = plot
  const known = points.flatMap(([at, value]) => (isKnown(value) ? [[at, value] as const] : []))
  const title = `${nameOf(y)}${infinite(points)}`.slice(0, columns)
  if (known.length === 0) return [title, 'nothing is measured yet'.slice(0, columns)]
  const height = Math.max(rowsMin, rows - 3)
  const ys = scaleOver([...known.map(([, value]) => value), ...include], (height + 1) >> 1)
  const labels = labelColumn(ys, height)
  const gutter = Math.max(...labels.map(({ length }) => length))
  const width = Math.max(8, columns - gutter - 2)
  const xs = rangeOf(points.map(([at]) => at))
  const grid = drawn(points, { width, height, xs, ys })
  const body = grid.map((cells, row) => {
    const label = labels[row] ?? ''
    return `${label.padStart(gutter)} ${label === '' ? '│' : '┤'}${cells.join('')}`.trimEnd()
  })
  return [title, ...body, ...footOf(plot.x, xs, gutter, width)]
}

/** `loss`, `time (ms)`. */
export function nameOf({ name, unit }: Axis): string {
  return unit === '' ? name : `${name} (${unit})`
}

function isKnown(value: number | null): value is number {
  return value !== null && !isAstray(value)
}

/** Beyond what an axis can be drawn for, and what is no number. */
function isAstray(value: number): boolean {
  return !(Math.abs(value) <= 1e300)
}

/** A training that has gone astray is not a gap like others. */
function infinite(points: LinePlot['points']): string {
  const count = points.filter(([, value]) => value !== null && isAstray(value)).length
  return count === 0 ? '' : `, ${count} not finite`
}

interface Range {
  readonly min: number
  readonly max: number
}

function rangeOf(values: readonly number[]): Range {
  return { min: Math.min(...values), max: Math.max(...values) }
}

interface Area {
  readonly width: number
  readonly height: number
  readonly xs: Range
  readonly ys: Range
}

function drawn(points: LinePlot['points'], area: Area): string[][] {
  const { width, height } = area
  const grid = Array.from({ length: height }, () => new Array<string>(width).fill(' '))
  const put = (column: number, row: number, mark: string) => {
    grid[row]![column] = mark
  }
  const columns = byColumn(points, area)
  columns.forEach((here, i) => {
    const before = columns[i - 1]
    if (here === null || before == null) return
    for (let column = before.column + 1; column < here.column; column++) {
      const share = (column - before.column) / (here.column - before.column)
      put(column, Math.round(before.last + share * (here.first - before.last)), joining)
    }
  })
  for (const here of columns) {
    if (here === null) continue
    for (let row = here.top; row <= here.bottom; row++) put(here.column, row, spread)
    if (here.top === here.bottom) put(here.column, here.top, point)
  }
  return grid
}

interface Column {
  readonly column: number
  /** Rows of its first and last value, and of its greatest and least. */
  readonly first: number
  last: number
  top: number
  bottom: number
}

/** Null where the line is broken. */
function byColumn(points: LinePlot['points'], { width, height, xs, ys }: Area) {
  const columns: (Column | null)[] = []
  for (const [at, value] of points) {
    if (!isKnown(value)) {
      columns.push(null)
      continue
    }
    const column = placeOf(at, xs, width - 1)
    const row = height - 1 - placeOf(value, ys, height - 1)
    const last = columns.at(-1)
    if (last?.column === column) {
      last.last = row
      last.top = Math.min(last.top, row)
      last.bottom = Math.max(last.bottom, row)
    } else {
      columns.push({ column, first: row, last: row, top: row, bottom: row })
    }
  }
  return columns
}

function placeOf(value: number, { min, max }: Range, last: number): number {
  return max === min ? 0 : Math.round(((value - min) / (max - min)) * last)
}

/** A label where a tick falls on a row, nothing between. */
function labelColumn(scale: Scale, height: number): string[] {
  const labels = new Array<string>(height).fill('')
  for (const tick of scale.ticks) {
    labels[height - 1 - placeOf(tick, scale, height - 1)] = scale.label(tick)
  }
  return labels
}

/** The line of the x axis, and under it the first and the last x with the name between. */
function footOf(axis: Axis, { min, max }: Range, gutter: number, width: number): string[] {
  const margin = ' '.repeat(gutter + 1)
  const [first, last] = [String(min), max === min ? '' : String(max)]
  const name = nameOf(axis)
  const room = width - first.length - last.length - 2
  const between = name.length <= room ? name : ''
  const left = Math.floor((room + 2 - between.length) / 2)
  const line = `${first}${' '.repeat(Math.max(1, left))}${between}`
  const foot = `${line.padEnd(width - last.length)}${last}`
  return [`${margin}└${'─'.repeat(width)}`, `${margin} ${foot}`.trimEnd()]
}
