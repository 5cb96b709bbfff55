import { readable } from '../../agent/log/log.ts'
import { styleFor } from '../../style.ts'
import { describedLines } from '../described.ts'
import type { Pane } from '../pane.ts'
import type { TableRow } from '../table.ts'
import { type Line, type Span, span, type Tone } from '../text.ts'
import type { LoggedLine, NodeFacts } from './facts.ts'

export const logsPane: Pane<NodeFacts> = {
  words: ['logs', 'log'],
  title: 'Logs',
  above: () => [],
  table: {
    columns: [
      { title: 'UTC', width: 8 },
      { title: 'LEVEL', width: 7 },
      { title: 'MESSAGE', width: 'rest' },
    ],
    rows: ({ logs }) => logs.map(rowOf),
    empty: () => 'no line of a log yet',
    isFollowed: true,
    describe({ logs }, key, columns) {
      const found = logs.find(({ number }) => String(number) === key)
      return found === undefined ? null : described(found, columns)
    },
  },
}

const tones: Readonly<Record<string, Tone>> = { error: 'bad', warning: 'warn', info: 'quiet' }

/** A line never changes, and there are many. */
const rowsMade = new WeakMap<LoggedLine, TableRow>()

function rowOf(logged: LoggedLine): TableRow {
  const made = rowsMade.get(logged) ?? makeRow(logged)
  rowsMade.set(logged, made)
  return made
}

function makeRow({ number, line: written }: LoggedLine): TableRow {
  const plain = readable(written, styleFor(false, 80))
  const words = plain.split(' ').slice(2).join(' ')
  const cells: Span[] = [
    span(written.at.slice(11, 19)),
    span(written.level, tones[written.level] ?? 'plain'),
    span(words),
  ]
  return { key: String(number), cells }
}

function described({ line: written }: LoggedLine, columns: number): readonly Line[] {
  const rows = Object.entries(written).map(([name, value]) => {
    return [name, typeof value === 'string' ? value : JSON.stringify(value)] as const
  })
  return describedLines(rows, columns)
}
