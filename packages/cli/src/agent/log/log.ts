// What an agent says: lines of JSON in its file, readable ones on stderr. Messages are constant;
// nothing secret stands in them, and at `info` nothing that a peer wrote.
import type { Style } from '../../style.ts'

export type Level = 'info' | 'warning' | 'error'

export interface LogLine {
  readonly level: Level
  readonly message: string
  readonly fields: Readonly<Record<string, unknown>>
}

export type Log = (line: LogLine) => void

/** A line as it stands in the file. */
export interface WrittenLine {
  readonly at: string
  readonly level: string
  readonly message: string
  readonly [field: string]: unknown
}

export interface LogParts {
  readonly file: { write(text: string): void }
  /** Where people read along. */
  readonly say: (text: string) => void
  readonly style: Style
  readonly nowMs: () => number
}

export function createLog({ file, say, style, nowMs }: LogParts): Log {
  return ({ level, message, fields }) => {
    const line = { at: new Date(nowMs()).toISOString(), level, message, ...fields }
    file.write(`${JSON.stringify(line)}\n`)
    say(`${readable(line, style)}\n`)
  }
}

/** `10:24:25 info joined`, then what varies as `name=value`. */
export function readable(line: WrittenLine, style: Style): string {
  const { at, level, message, ...more } = line
  const mark = level === 'error' ? style.bad : level === 'warning' ? style.warn : style.quiet
  const rest = Object.entries(more).map(([name, value]) => `${name}=${plain(value)}`)
  const words = [style.quiet(at.slice(11, 19)), mark(level), message, style.quiet(rest.join(' '))]
  return words.join(' ').trimEnd()
}

/** A line of the file; null where it is none. */
export function readLine(text: string): WrittenLine | null {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return null // half a line, after a crash
  }
  if (typeof value !== 'object' || value === null) return null
  const { at, level, message } = value as Record<string, unknown>
  const isLine = [at, level, message].every((field) => typeof field === 'string')
  return isLine ? (value as WrittenLine) : null
}

function plain(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}
