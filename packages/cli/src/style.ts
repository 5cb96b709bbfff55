import { styleText } from 'node:util'

/** Words for meaning, not colours; without colour the text reads the same. */
export interface Style {
  readonly columns: number
  title(text: string): string
  quiet(text: string): string
  good(text: string): string
  bad(text: string): string
  warn(text: string): string
  /** Something the reader can type. */
  code(text: string): string
}

export function styleFor(hasColour: boolean, columns: number): Style {
  const paint = (format: Parameters<typeof styleText>[0]) => (text: string) =>
    hasColour ? styleText(format, text, { validateStream: false }) : text
  return {
    columns,
    title: paint('bold'),
    quiet: paint('dim'),
    good: paint('green'),
    bad: paint('red'),
    warn: paint('yellow'),
    code: paint('cyan'),
  }
}

/** A paragraph in lines of at most `columns`. */
export function wrapped(text: string, columns: number): string {
  const lines: string[] = []
  for (const word of text.split(/\s+/)) {
    const last = lines.at(-1)
    if (last !== undefined && last.length + 1 + word.length <= columns) {
      lines[lines.length - 1] = `${last} ${word}`
    } else {
      lines.push(word)
    }
  }
  return lines.join('\n')
}

/** A paragraph that begins at column `margin` of a line, its further lines indented to there. */
export function hanging(text: string, margin: number, columns: number): string {
  return wrapped(text, Math.max(40, columns - margin)).replaceAll('\n', `\n${' '.repeat(margin)}`)
}

/** Lines `name   value`, the values aligned. */
export function fields(
  rows: readonly (readonly [name: string, value: string])[],
  style: Style,
): string {
  const width = Math.max(...rows.map(([name]) => name.length))
  return rows.map(([name, value]) => `${style.quiet(name.padEnd(width))}  ${value}`).join('\n')
}
