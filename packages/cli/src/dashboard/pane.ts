// A pane shows one thing about a node or a network. It is a function from what is known to lines;
// what can be gone into is a row.
import type { Outcome } from '@vcp/protocol'
import type { Column, Room, TableRow } from './table.ts'
import type { Line } from './text.ts'

export interface Pane<Facts> {
  /** What `:` calls it by; the first is its name. */
  readonly words: readonly [string, ...string[]]
  readonly title: string
  /** What stands above the rows; all of it, where there are none. */
  above(facts: Facts, room: Room): readonly Line[]
  readonly table?: {
    readonly columns: readonly Column[]
    /** Those that are filtered by what is written in them. */
    rows(facts: Facts): readonly TableRow[]
    /** Why there are none. */
    empty(facts: Facts): string
    /** Whether the last row is stayed at while nobody chooses another. */
    readonly isFollowed?: true
    /** All that is known of a row; null where it is gone. */
    describe(facts: Facts, key: string, columns: number): readonly Line[] | null
    /** What to look for in the logs about a row. */
    logged?(key: string): string
  }
}

/** What a dashboard is about. */
export interface Subject<Facts, Command> {
  readonly panes: readonly Pane<Facts>[]
  /** Always in sight. */
  header(facts: Facts, columns: number): readonly Line[]
  readonly verbs: readonly Verb<Facts, Command>[]
  /** Which pane holds logs; null where there are none. */
  readonly logs: string | null
}

/** Something to be done, by a word after `:` or by a key. */
export interface Verb<Facts, Command> {
  readonly words: readonly [string, ...string[]]
  readonly form: string
  readonly about: string
  readonly key?: string
  command(facts: Facts, given: string): Outcome<Command>
}
