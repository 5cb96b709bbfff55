// The whole screen as lines: header, panes by name, the one that is looked at, and the last line
// for what is typed, said or possible.
import { helpLines } from './help.ts'
import { chosenIn, type Look, paneOf, rowsOf } from './look.ts'
import type { Pane, Subject } from './pane.ts'
import { type Room, tableLines } from './table.ts'
import { cut, type Line, line, type Span, span, spread } from './text.ts'

export interface Seen<Facts, Command> {
  readonly subject: Subject<Facts, Command>
  readonly facts: Facts
  readonly look: Look
  readonly isReadonly: boolean
  readonly size: Room
}

export interface Screen {
  readonly lines: readonly Line[]
  /** Rows that a page goes. */
  readonly page: number
  /** Lines of what is longer than the screen that are out of sight. */
  readonly scrollMax: number
}

export const smallest: Room = { columns: 60, rows: 16 }

export function screenOf<Facts, Command>(seen: Seen<Facts, Command>): Screen {
  const { subject, facts, size, look } = seen
  // The last line of a terminal stays empty: what fills it all scrolls on some of them.
  const rows = size.rows - 1
  if (size.columns < smallest.columns || size.rows < smallest.rows) {
    const { columns, rows: least } = smallest
    const words = `needs ${columns}x${least}; has ${size.columns}x${size.rows}; q leaves`
    return { lines: [cut(line(words), size.columns)], page: 1, scrollMax: 0 }
  }
  const header = subject.header(facts, size.columns)
  const room = { columns: size.columns, rows: rows - header.length - 3 }
  const body = look.isHelp
    ? scrolled(helpLines(subject, room.columns), look, room)
    : bodyOf(seen, room)
  const filling = new Array<Line>(Math.max(0, room.rows - body.lines.length)).fill([])
  const lines = [
    ...header,
    tabs(subject, look),
    line(span('─'.repeat(size.columns), 'quiet')),
    ...body.lines,
    ...filling,
    lastLine(seen),
  ].map((each) => cut(each, size.columns))
  return { lines, page: Math.max(1, room.rows - 2), scrollMax: body.scrollMax }
}

interface Body {
  readonly lines: readonly Line[]
  readonly scrollMax: number
}

function bodyOf<Facts, Command>({ subject, facts, look }: Seen<Facts, Command>, room: Room): Body {
  const pane = paneOf(subject, look)
  if (look.opened !== null) {
    const found = pane.table?.describe(facts, look.opened, room.columns) ?? null
    return scrolled(found ?? [line('It is not there any more; esc goes back.')], look, room)
  }
  const above = pane.above(facts, room)
  if (pane.table === undefined) return scrolled(above, look, room)
  const left = { columns: room.columns, rows: Math.max(3, room.rows - above.length) }
  const lines = [...above, ...tableOf(pane, facts, look, left)].slice(0, room.rows)
  return { lines, scrollMax: 0 }
}

function tableOf<Facts>(pane: Pane<Facts>, facts: Facts, look: Look, room: Room): readonly Line[] {
  const { table } = pane
  if (table === undefined) return []
  const rows = rowsOf(pane, facts, look)
  const filter = look.filters[pane.words[0]] ?? ''
  if (rows.length > 0) return tableLines(table.columns, rows, chosenIn(pane, rows, look), room)
  const why = filter === '' ? table.empty(facts) : `nothing holds "${filter}"; esc shows all`
  return [line(span(`  ${why}`, 'quiet'))]
}

function scrolled(lines: readonly Line[], { scroll }: Look, room: Room): Body {
  const scrollMax = Math.max(0, lines.length - room.rows)
  if (scrollMax === 0) return { lines, scrollMax }
  // One line says that there is more.
  const height = room.rows - 1
  const most = lines.length - height
  const first = Math.min(scroll, most)
  const more = span(`  ${first + 1}-${first + height} of ${lines.length}; up and down`, 'quiet')
  return { lines: [...lines.slice(first, first + height), line(more)], scrollMax: most }
}

function tabs<Facts, Command>({ panes }: Subject<Facts, Command>, look: Look): Line {
  const spans = panes.flatMap(({ words: [name], title }, i): Span[] => {
    const text = `${i + 1} ${title}`
    // Not by colour alone.
    if (name === look.pane) return [span(`[${text}]`, 'chosen'), span(' ')]
    return [span(` ${text} `, 'quiet'), span(' ')]
  })
  const filter = look.filters[look.pane] ?? ''
  return filter === '' ? spans : [...spans, span(` /${filter}`, 'code')]
}

function lastLine<Facts, Command>(seen: Seen<Facts, Command>): Line {
  const { look, subject, isReadonly, size } = seen
  const { typing, notice } = look
  if (typing !== null) {
    const sign = typing.kind === 'command' ? ':' : '/'
    return line(span(` ${sign}${typing.text}`, 'code'), span(' ', 'chosen'))
  }
  if (notice !== null) return line(span(` ${notice.text}`, notice.isBad ? 'bad' : 'good'))
  const pane = paneOf(subject, look)
  const isInside = look.isHelp || look.opened !== null
  const hints = [
    ...(pane.table === undefined || isInside ? [] : ['enter open', '/ filter']),
    ...(isInside || look.before !== null ? ['esc back'] : []),
    ...(subject.logs === null || look.pane === subject.logs || look.isHelp ? [] : ['l logs']),
    ...subject.verbs.flatMap(({ key, words }) =>
      key === undefined || isReadonly ? [] : [`${key} ${words[0]}`],
    ),
    ': command',
    '? help',
    'q leave',
  ]
  const right = isReadonly ? line(span('read-only', 'warn')) : []
  return spread(line(span(` ${hints.join('   ')}`, 'quiet')), right, size.columns)
}
