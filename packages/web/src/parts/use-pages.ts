// A list of the coordinator that is read a page at a time, the newest first.
import { useState } from 'preact/hooks'
import { type Answer, type Freshness, useAsk } from '../api/use-ask.ts'

const pageItems = 100

type Paged = 'listTasks' | 'listUsers' | 'auditLog'

export interface Pages<Row> {
  readonly rows: readonly Row[]
  readonly answer: Pick<Answer<unknown>, 'value' | 'error'>
  /** For `Pager`: how one got here, and what comes after. */
  readonly moves: {
    readonly cursors: readonly string[]
    readonly next: string | null
    onMove(cursors: readonly string[]): void
  }
  /** To the newest again: what is looked for has changed. */
  restart(): void
}

/** `list` is what the answer calls its rows; their form is that of the route’s schema. */
export function usePages<Row>(
  name: Paged,
  list: string,
  query: Readonly<Record<string, string>> = {},
  { on, ...freshness }: Freshness = {},
): Pages<Row> {
  const [cursors, setCursors] = useState<readonly string[]>([])
  const cursor = cursors.at(-1)
  const asked = { ...query, limit: pageItems, ...(cursor === undefined ? {} : { cursor }) }
  // What happens now is on the first page; an older one stays as it is read.
  const hears = cursor === undefined && on !== undefined ? { on } : {}
  const { value, error } = useAsk(name, { query: asked }, { ...freshness, ...hears })
  return {
    rows: (value?.[list] ?? []) as readonly unknown[] as readonly Row[],
    answer: { value, error },
    moves: { cursors, next: (value?.['next_cursor'] ?? null) as string | null, onMove: setCursors },
    restart: () => setCursors([]),
  }
}
