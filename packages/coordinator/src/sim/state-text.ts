// The state as text, so that two of them can be compared. What is not in the journal is left out:
// nodes and parties of a dispute say it anew.
import { snapshotOf } from '../core/snapshot.ts'
import type { State } from '../core/state.ts'

/** Worked out from the rest, or heard anew after a restart. */
const forgotten: ReadonlySet<string> = new Set([
  'demand',
  'demandKey',
  'answers',
  'held',
  'isProofAsked',
  'lastSeenMs',
  'slot',
])

export function stateText(state: State): string {
  return JSON.stringify(snapshotOf(state), (key, value: unknown) => {
    if (forgotten.has(key)) return undefined
    if (value instanceof Map || value instanceof Set) return [...value]
    return value
  })
}
