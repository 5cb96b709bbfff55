// The whole of the agent's judgement: an input in, events and effects out.
import type { OfferAnswer, Outcome } from '@vcp/protocol'
import type { Effect } from './effects.ts'
import type { Event } from './events.ts'
import type { InputOf, InputType } from './inputs.ts'
import { joiningDeciders } from './joining.ts'
import { measured } from './measuring.ts'
import { announceIfDrained, modeDeciders } from './mode.ts'
import { offerReceived } from './offers.ts'
import { settleDue, timePassed } from './passing-time.ts'
import { reportDeciders } from './reports.ts'
import { rerunDeciders } from './reruns.ts'
import { restarted } from './restart.ts'
import { roundDeciders } from './rounds.ts'
import { runDeciders } from './runs.ts'
import type { State } from './state.ts'
import { storeDeciders } from './store-room.ts'
import { Turn } from './turn.ts'

/** What whoever brought the input is told. */
export type ReplyTo<Type extends InputType> = Type extends 'offer-received'
  ? OfferAnswer
  : Outcome<null>

export type Decider<Type extends InputType> = (turn: Turn, input: InputOf<Type>) => ReplyTo<Type>

export interface Decision<Type extends InputType = InputType> {
  readonly reply: ReplyTo<Type>
  readonly events: readonly Event[]
  readonly effects: readonly Effect[]
}

/** An input without a decider does not compile. */
const deciders: { readonly [Type in InputType]: Decider<Type> } = {
  'offer-received': offerReceived,
  ...runDeciders,
  ...reportDeciders,
  ...rerunDeciders,
  ...roundDeciders,
  ...joiningDeciders,
  ...modeDeciders,
  ...storeDeciders,
  measured,
  restarted,
  'time-passed': timePassed,
}

/** The state has the events in it when this returns; the world waits until they are stored. */
export function decide<Type extends InputType>(
  state: State,
  input: InputOf<Type>,
  atMs: number,
): Decision<Type> {
  const turn = new Turn(state, atMs)
  // What the clock has brought comes first: who slept for an hour wakes without leases.
  if (input.type !== 'restarted') settleDue(turn)
  state.atMs = atMs
  const decider = deciders[input.type] as Decider<Type>
  const reply = decider(turn, input)
  announceIfDrained(turn)
  return { reply, events: turn.events, effects: turn.effects }
}
