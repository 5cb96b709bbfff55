// Where updates of a simulation are hidden: what was said of a round is in the coordinator's memory
// alone, so that a round which was begun before a crash can be opened by nobody after it.
import { createHash } from 'node:crypto'
import type { Digest, PeerId, Round, RoundId, SecureSummary } from '@vcp/protocol'
import type { InputOf } from '../core/inputs.ts'
import type { State } from '../core/state.ts'
import type { Surroundings } from './correspondent.ts'
import { insist } from './insist.ts'

export class SecureDesk {
  readonly #around: Pick<Surroundings, 'world' | 'chance' | 'coordinator'>
  /** Rounds that nodes have spoken of, and after how many restarts. */
  readonly #begun = new Map<RoundId, number>()

  constructor(around: Pick<Surroundings, 'world' | 'chance' | 'coordinator'>) {
    this.#around = around
  }

  /** A node is asked to train for it, for the first time or once more. */
  asked({ round_id: roundId, closes_at_ms, opened_at_ms }: Round, state: State): void {
    const { world, chance, coordinator } = this.#around
    const begunIn = this.#begun.get(roundId)
    if (begunIn === coordinator.restarts) return
    // Who has sent words speaks on, and shows that the round is not the one that is known here.
    const isForgotten = begunIn !== undefined && state.rounds.get(roundId)!.updates.size > 0
    if (isForgotten || chance.happens(0.05)) {
      const lost = this.lost(roundId, isForgotten)
      world.after(chance.between(100, 20_000), () => insist(this.#around, lost))
      return
    }
    this.#begun.set(roundId, coordinator.restarts)
    if (chance.happens(0.5)) return
    const endsMs = chance.between(100, closes_at_ms - opened_at_ms)
    world.after(endsMs, () => insist(this.#around, { type: 'words-ended', roundId }))
  }

  /** Among whom a closed round was hidden; null where nobody can open it any more. */
  opened(roundId: RoundId, peers: readonly PeerId[]): SecureSummary | null {
    if (this.#begun.get(roundId) !== this.#around.coordinator.restarts) return null
    const roster = createHash('sha256').update(peers.join()).digest('hex') as Digest
    return { roster, nodes: peers.length }
  }

  lost(roundId: RoundId, isOurs: boolean): InputOf<'round-lost'> {
    return { type: 'round-lost', roundId, reason: 'it cannot be opened', isOurs }
  }
}
