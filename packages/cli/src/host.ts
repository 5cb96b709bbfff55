/** All that a command may touch of the process it runs in; a test hands in another. */
export interface Host {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly terminal: Terminal
  /** Aborts when the user asks to stop. */
  readonly signal: AbortSignal
  /** Data, and nothing else. */
  out(data: string | Uint8Array): void
  /** Talk: progress, questions, errors. */
  err(text: string): void
  nowMs(): number
  randomBytes(count: number): Uint8Array
  /** Asks on the terminal without showing what is typed; null where there is no terminal. */
  askSecret(question: string): Promise<string | null>
}

export interface Terminal {
  /** Whether stdout is a terminal that a person reads. */
  readonly isInteractive: boolean
  readonly hasColour: boolean
  readonly columns: number
  readonly rows: number
}
