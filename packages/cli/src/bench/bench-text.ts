// The figures of a machine as a person reads them: a table, and under it how even they were.
import { linePlot } from '../plot/line-plot.ts'
import type { Style } from '../style.ts'
import type { Measured } from './measure.ts'

export interface Bench {
  readonly machine: {
    readonly cpu: string | null
    readonly cores: number
    readonly memory_bytes: number
    readonly system: string
    readonly node: string
    /** Whose disk was measured. */
    readonly folder: string
  }
  /** How busy all cores were before anything was measured; null where nobody counts it. */
  readonly load_before_percent: number | null
  readonly seconds_each: number
  readonly measures: readonly Measured[]
  readonly is_interrupted: boolean
}

/** From here on others took so much that the figures are more theirs than ours. */
const busyPercent = 15

export function benchText(bench: Bench, style: Style): string {
  const { measures, load_before_percent: load } = bench
  const isBusy = load !== null && load >= busyPercent
  const before = load === null ? 'unknown' : `${load} %`
  return [
    machineLine(bench),
    ...tableOf(measures, style),
    '',
    `${bench.seconds_each} s each, after a warm-up; the cores were busy before: ${before}`,
    ...(isBusy
      ? [style.warn('Other programs were at work: these are the figures of what they left.')]
      : []),
    ...(bench.is_interrupted ? [style.warn('It was interrupted: this is what there was.')] : []),
    ...plotsOf(measures, style),
  ].join('\n')
}

function machineLine({ machine }: Bench): string {
  const { cpu, cores, memory_bytes, system, node } = machine
  const memory = `${(memory_bytes / 2 ** 30).toFixed(1)} GiB`
  return `${cpu ?? 'CPU unknown'}, ${cores} cores, ${memory}, ${system}, Node ${node}\n`
}

function tableOf(measures: readonly Measured[], style: Style): readonly string[] {
  const rows = measures.map(({ name, unit, median, p10, p90, about, reason }) =>
    median === null
      ? [name, 'unknown', '', '', '', reason ?? about]
      : [name, figure(median), unit, figure(p10), figure(p90), reason ?? about],
  )
  const heads = ['', 'a second', '', '10 % below', '10 % above', '']
  const widths = heads.map((head, i) =>
    Math.max(head.length, ...rows.map((row) => (row[i] ?? '').length)),
  )
  const isRight = (i: number) => i === 1 || i === 3 || i === 4
  const lineOf = (cells: readonly string[]) =>
    cells
      .map((cell, i) => (isRight(i) ? cell.padStart(widths[i]!) : cell.padEnd(widths[i]!)))
      .join('  ')
      .trimEnd()
  // What is done has a line of its own where there is no room beside the figures.
  const beside = widths.slice(0, -1).reduce((sum, width) => sum + width + 2, 0)
  if (beside + widths.at(-1)! <= style.columns) {
    return [style.quiet(lineOf(heads)), ...rows.map(lineOf)]
  }
  return [
    style.quiet(lineOf(heads.slice(0, -1))),
    ...rows.flatMap((row) => [lineOf(row.slice(0, -1)), style.quiet(`  ${row.at(-1)}`)]),
  ]
}

const three = new Intl.NumberFormat('en-GB', { maximumSignificantDigits: 3 })

/** Three digits: no more of them were the same when it was measured again. */
export function figure(value: number | null): string {
  return value === null ? 'unknown' : three.format(value)
}

const gap = 3
const plotRows = 8
/** Narrower than this a plot says nothing. */
const plotColumnsMin = 36
const plotColumnsMax = 60

/** What was measured over time, two plots in a row; every axis begins at 0. */
function plotsOf(measures: readonly Measured[], { columns }: Style): readonly string[] {
  const isWide = columns >= 2 * plotColumnsMin + gap
  const room = isWide ? Math.floor((columns - gap) / 2) : columns
  const width = Math.min(plotColumnsMax, room)
  const plots = measures
    .filter(({ samples }) => samples.length > 1)
    .map(({ name, unit, samples }) =>
      linePlot({
        x: { name: 'time', unit: 's' },
        y: { name, unit: `${unit}/s` },
        points: samples.map(({ at_s, rate }) => [Math.round(at_s * 100) / 100, rate] as const),
        columns: width,
        rows: plotRows,
        include: [0],
      }),
    )
  const bands = isWide ? pairs(plots) : plots.map((plot) => [plot])
  return bands.flatMap((band) => ['', ...abreast(band, width)])
}

function pairs<Item>(items: readonly Item[]): readonly (readonly Item[])[] {
  return items.flatMap((_, i) => (i % 2 === 0 ? [items.slice(i, i + 2)] : []))
}

function abreast([left = [], right = []]: readonly (readonly string[])[], width: number) {
  return left.map((line, i) => {
    const other = right[i]
    return other === undefined ? line : `${line.padEnd(width + gap)}${other}`
  })
}
