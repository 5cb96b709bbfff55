// All that is known of one thing: a name on each line and what is known, over as many lines as it
// takes.
import { clean, columnsOf, type Line, line, type Span, span, wrap } from './text.ts'

/** The value of a row without a name belongs to the one above. */
export type Described = readonly [name: string, value: Span | string]

export function describedLines(rows: readonly Described[], columns: number): readonly Line[] {
  const margin = Math.max(...rows.map(([name]) => columnsOf(clean(name))))
  return rows.flatMap(([name, value]) => {
    const { text, tone } = typeof value === 'string' ? span(value) : value
    return wrap(text, Math.max(10, columns - margin - 4)).map((each, i) =>
      line(span(`  ${(i === 0 ? name : '').padEnd(margin)}  `, 'quiet'), span(each, tone)),
    )
  })
}
