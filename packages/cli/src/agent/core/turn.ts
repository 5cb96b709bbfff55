// One input being answered. Each event is applied as it is decided, so what is decided next sees
// it; nobody outside is told before it is stored, where that matters.
import { apply } from './apply.ts'
import type { Effect } from './effects.ts'
import type { Event } from './events.ts'
import type { State } from './state.ts'

export class Turn {
  readonly state: State
  readonly atMs: number
  readonly events: Event[] = []
  readonly effects: Effect[] = []

  constructor(state: State, atMs: number) {
    this.state = state
    this.atMs = atMs
  }

  emit(event: Event): void {
    apply(this.state, event, this.atMs)
    this.events.push(event)
  }

  want(effect: Effect): void {
    this.effects.push(effect)
  }
}
