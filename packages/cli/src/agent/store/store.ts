// What an agent must not forget, as named texts. All changes of one write are there after it, or
// none of them.

export interface Change {
  readonly name: string
  /** Null: it is gone. */
  readonly text: string | null
}

export interface Store {
  /** Everything that is stored. */
  read(): ReadonlyMap<string, string>
  /**
   * Resolves once it is durable. Rejects with DISK_FULL where it may be tried again, and nothing
   * was changed; with anything else, only opening the store again shows what is there.
   */
  write(changes: readonly Change[]): Promise<void>
  close(): void
}
