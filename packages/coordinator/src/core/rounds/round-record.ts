import type { PeerId, Round, Update } from '@vcp/protocol'

/** A round, and what has come in for it. */
export interface RoundRecord {
  round: Round
  readonly updates: Map<PeerId, Update>
  /** Whose update was not taken; no other is. */
  readonly refused: Set<PeerId>
}
