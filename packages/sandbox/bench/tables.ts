// Figures as tables, for people.
import type { CheckpointFigures } from './checkpoints.ts'
import type { PoolFigures } from './pool.ts'
import type { RatioRow } from './ratios.ts'
import type { RewritingFigures, WorstFigures } from './rewriting.ts'

function printTable(head: readonly string[], rows: readonly (readonly string[])[]): void {
  const widths = head.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => row[column]!.length)),
  )
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!),
      )
      .join('  ')
  console.log(line(head))
  for (const row of rows) console.log(line(row))
  console.log()
}

export function printRatios(rows: readonly RatioRow[]): void {
  const head = [
    'program',
    'plain ms',
    'full/plain',
    'traced/plain',
    'checkpoints/plain',
    'plain/native',
    'full/native',
    'whole run ms',
  ]
  printTable(
    head,
    rows.map((row) => [
      row.program,
      number(row.plainMs, 1),
      number(row.fullToPlain),
      number(row.tracedToPlain),
      number(row.checkpointsToPlain),
      number(row.plainToNative, 2, 'no native'),
      number(row.fullToNative, 2, 'no native'),
      number(row.runMs, 1),
    ]),
  )
}

export function printRewriting(rows: readonly RewritingFigures[]): void {
  printTable(
    ['rewritten', 'bytes', 'first ms', 'best ms', 'MB/s'],
    rows.map(({ module, bytes, firstMs, bestMs, megabytesPerSecond }) => [
      module,
      String(bytes),
      number(firstMs, 1),
      number(bestMs, 1),
      number(megabytesPerSecond, 1),
    ]),
  )
}

export function printWorst(rows: readonly WorstFigures[]): void {
  printTable(
    ['largest accepted', 'bytes', 'rewrite ms', 'compile ms, all threads', 'by the clock'],
    rows.map(({ module, bytes, refused, rewriteMs, compileMs, compileWallMs }) => [
      module,
      String(bytes),
      number(rewriteMs, 0),
      refused ?? number(compileMs, 0),
      number(compileWallMs, 0),
    ]),
  )
}

export function printPool({ protections, figures }: PoolFigures): void {
  printTable(
    ['children', 'best', 'p50', 'p99', ''],
    figures.map(({ what, unit, best, p50, p99 }) => {
      const digits = unit === 'ms' ? 2 : 0
      return [what, number(best, digits), number(p50, digits), number(p99, digits), unit]
    }),
  )
  const missing = protections.filter(({ inForce }) => !inForce)
  for (const { name, detail } of missing) console.log(`not in force: ${name}: ${detail}`)
}

export function printCheckpoints(rows: readonly CheckpointFigures[]): void {
  printTable(
    ['pages of memory', 'touched', 'checkpoints', 'ms each', 'ms each, native tools'],
    rows.map(({ pages, touched, checkpoints, portableMs, nativeMs }) => [
      String(pages),
      String(touched),
      String(checkpoints),
      number(portableMs, 3),
      number(nativeMs, 3),
    ]),
  )
}

function number(value: number | null, digits = 2, absent = ''): string {
  return value === null ? absent : value.toFixed(digits)
}
