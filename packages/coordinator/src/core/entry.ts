import type { LedgerEvent, LedgerEventType } from '@vcp/protocol'

/** A fact at its place, before it is chained to the one before. */
export interface Entry<Event extends LedgerEvent = LedgerEvent> {
  readonly index: number
  readonly atMs: number
  readonly event: Event
}

export type EventOf<Type extends LedgerEventType> = Extract<LedgerEvent, { type: Type }>
