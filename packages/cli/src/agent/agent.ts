// A running agent, as the rest of the program sees it.
import type { Offer, OfferAnswer, Outcome, VcpError } from '@vcp/protocol'
import type { Effect } from './core/effects.ts'
import type { Input } from './core/inputs.ts'
import type { State } from './core/state.ts'

/** What an offer is answered with, and what everything else is. */
export interface Agent {
  /** Goes on with what a former process left undone. Called once, when all is in place for it. */
  resume(): Promise<Outcome<null>>
  /** To read; only the loop changes it. */
  readonly state: State
  /** Resolves once everything the answer rests on is durable. */
  tell(input: Exclude<Input, { readonly type: 'offer-received' }>): Promise<Outcome<null>>
  /** An offer that comes while the node is about to join waits for it, for a moment. */
  offer(offer: Offer): Promise<OfferAnswer>
  /** Why nothing can be made durable; null while all is well. */
  readonly trouble: VcpError | null
  /** Resolves when the agent takes nothing any more, with the reason. */
  readonly ended: Promise<VcpError>
  /** Called after every change, with what was told and what came of it. */
  onChange(listener: (change: AgentChange) => void): () => void
  close(): Promise<void>
}

export interface AgentChange {
  readonly input: Input
  readonly effects: readonly Effect[]
  readonly atMs: number
}
