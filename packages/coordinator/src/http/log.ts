/** One line of talk: a constant message, with what varies apart. */
export interface LogLine {
  readonly level: 'info' | 'warning' | 'error'
  readonly message: string
  readonly fields: Readonly<Record<string, unknown>>
}

export type Log = (line: LogLine) => void
