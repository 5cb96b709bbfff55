// What each event does to the state. Nothing is decided here: two replays of one journal come to
// one state, whatever the rules of the day.
import type { LedgerEventType } from '@vcp/protocol'
import type { Entry, EventOf } from './entry.ts'
import { assertHolds } from './invariants.ts'
import { moneyAppliers } from './money/apply.ts'
import { nodeAppliers } from './nodes/apply.ts'
import { roundAppliers } from './rounds/apply.ts'
import type { State } from './state.ts'
import { assignmentAppliers } from './tasks/apply-assignments.ts'
import { disputeAppliers } from './tasks/apply-disputes.ts'
import { taskAppliers } from './tasks/apply-tasks.ts'

export type Applier<Type extends LedgerEventType> = (
  state: State,
  event: EventOf<Type>,
  at: { readonly index: number; readonly atMs: number },
) => void

/** An event without an applier does not compile. */
const appliers: { readonly [Type in LedgerEventType]: Applier<Type> } = {
  ...moneyAppliers,
  ...nodeAppliers,
  ...taskAppliers,
  ...assignmentAppliers,
  ...disputeAppliers,
  ...roundAppliers,
}

export function apply(state: State, entry: Entry): void {
  const { index, atMs, event } = entry
  assertHolds(index === state.nextIndex, 'an entry of the journal is out of order')
  assertHolds(atMs >= state.atMs, 'time runs backwards in the journal')
  state.nextIndex = index + 1
  state.atMs = atMs
  const applier = appliers[event.type] as Applier<LedgerEventType>
  applier(state, event as never, entry)
}
