import type { Subject } from './pane.ts'
import { type Line, line, span, wrap } from './text.ts'

const keys: readonly (readonly [keys: string, about: string])[] = [
  ['1 … 9, tab', 'go to a pane; also left and right'],
  ['up, down', 'choose a row, or scroll; also k and j, g and G, page up and down'],
  ['enter, d', 'go into the chosen row: all that is known of it'],
  ['esc', 'back; then take the filter away'],
  ['/', 'show only rows that hold some text'],
  [':', 'give a command: one of those below, or the name of a pane'],
  ['?', 'this help, and away again'],
  ['q', 'leave the dashboard: what it shows goes on'],
]

/** Every key and every command of this dashboard. */
export function helpLines<Facts, Command>(
  { panes, verbs, logs }: Subject<Facts, Command>,
  columns: number,
): readonly Line[] {
  const more = [
    ...(logs === null ? [] : [['l', 'what the logs say of the chosen row'] as const]),
    ...verbs.flatMap(({ key, about }) => (key === undefined ? [] : [[key, about] as const])),
  ]
  const commands = [
    ...verbs.map(({ form, about }) => [`:${form}`, about] as const),
    ...panes.map(({ words, title }) => [`:${words.join(', :')}`, `the pane ${title}`] as const),
    [':q', 'leave'] as const,
  ]
  const rows = (all: readonly (readonly [string, string])[]) =>
    all.flatMap((each) => rowLines(each, columns))
  return [
    line(span(' Keys', 'title')),
    ...rows([...keys, ...more]),
    line(''),
    line(span(' Commands', 'title')),
    ...rows(commands),
  ]
}

const margin = 30

function rowLines([name, about]: readonly [string, string], columns: number): readonly Line[] {
  return wrap(about, columns - margin - 1).map((text, i) =>
    line(span(`  ${i === 0 ? name : ''}`.padEnd(margin), 'code'), text),
  )
}
