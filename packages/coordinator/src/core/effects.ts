// What the core wants done. An effect may be carried out twice, after a restart, so whoever carries
// it out must not mind.
import type { Cid, Offer, PeerId, RoundId, TaskId } from '@vcp/protocol'

interface OfLease {
  readonly peerId: PeerId
  readonly taskId: TaskId
  readonly leaseEpoch: number
}

/** By type; imperative. */
export interface Effects {
  'send-offer': { readonly peerId: PeerId; readonly offer: Offer }
  /** The node may stop: nobody waits for this lease any more. */
  'withdraw-lease': OfLease & { readonly reason: string }
  'ask-to-reveal': OfLease
  /** For the two hashes below one of the node's trace. */
  'ask-for-trace': OfLease & { readonly level: number; readonly index: number }
  'ask-for-rerun': { readonly peerId: PeerId; readonly taskId: TaskId; readonly checkpoint: number }
  /** Whether the proof that a node has shown holds; `proof-checked` answers. */
  'check-proof': OfLease
  /** To train for the round that is open. */
  'ask-to-train': OfLease & { readonly roundId: RoundId }
  'announce-round': { readonly roundId: RoundId }
  'aggregate-round': { readonly roundId: RoundId; readonly modelIn: Cid }
}

export type EffectType = keyof Effects

export type Effect = { [Type in EffectType]: { readonly type: Type } & Effects[Type] }[EffectType]

export type EffectOf<Type extends EffectType> = Extract<Effect, { readonly type: Type }>
