// The whole of the coordinator's judgement: an input in, events and effects out.
import type { Outcome } from '@vcp/protocol'
import type { Effect } from './effects.ts'
import type { Entry } from './entry.ts'
import type { Input, InputOf, InputType } from './inputs.ts'
import { moneyDeciders } from './money/decide.ts'
import { nodeDeciders } from './nodes/decide.ts'
import { timePassed } from './passing-time.ts'
import { roundDeciders } from './rounds/decide.ts'
import type { State } from './state.ts'
import { disputeDeciders } from './tasks/disputes.ts'
import { fillStirred } from './tasks/fill.ts'
import { proofDeciders } from './tasks/proofs.ts'
import { reportDeciders } from './tasks/reports.ts'
import { submissionDeciders } from './tasks/submissions.ts'
import { type Moment, Turn } from './turn.ts'

/** What whoever brought the input is told, once the events are on disk. */
export type Reply = Outcome<null>

export type Decider<Type extends InputType> = (turn: Turn, input: InputOf<Type>) => Reply

export interface Decision {
  readonly reply: Reply
  readonly entries: readonly Entry[]
  readonly effects: readonly Effect[]
}

/** An input without a decider does not compile. */
const deciders: { readonly [Type in InputType]: Decider<Type> } = {
  ...moneyDeciders,
  ...nodeDeciders,
  ...submissionDeciders,
  ...reportDeciders,
  ...disputeDeciders,
  ...proofDeciders,
  ...roundDeciders,
  'time-passed': timePassed,
}

/** The state has the entries in it when this returns; the world waits until they are on disk. */
export function decide(state: State, input: Input, moment: Moment): Decision {
  const turn = new Turn(state, moment)
  const decider = deciders[input.type] as Decider<InputType>
  const reply = decider(turn, input as never)
  fillStirred(turn)
  return { reply, entries: turn.entries, effects: turn.effects }
}
