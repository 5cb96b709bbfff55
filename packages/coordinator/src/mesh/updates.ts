// Updates, taken in before their reports are: what the core counts is here, and is what the node
// signed for. Nothing is fetched for a round that waits for none of the node's.
import type { BlobStore } from '@vcp/mesh'
import { type Outcome, type PeerId, pass, type Update } from '@vcp/protocol'
import { askToTrain } from '../core/rounds/ask-to-train.ts'
import type { State } from '../core/state.ts'
import type { Outputs } from './outputs.ts'

export interface Updates {
  /** What is wrong with it, or null; refuses while it is still on its way. */
  take(from: PeerId, update: Update): Promise<Outcome<string | null>>
}

export interface UpdateParts {
  readonly state: State
  readonly outputs: Pick<Outputs, 'fetch'>
  readonly store: Pick<BlobStore, 'remove'>
  /** Refuses with `INVALID` what is no update of its training. */
  check(update: Update, from: PeerId): Promise<Outcome<null>>
}

export function createUpdates({ state, outputs, store, check }: UpdateParts): Updates {
  return {
    async take(from, update) {
      const asked = askToTrain(state, update.round_id, from)
      if (asked?.leaseEpoch !== update.lease_epoch) return pass(null)
      const here = await outputs.fetch(from, update.delta)
      if (!here.ok) return here
      const checked = await check(update, from)
      if (checked.ok) return pass(null)
      if (checked.code !== 'INVALID') return checked
      await store.remove(update.delta)
      return pass(checked.reason.slice(0, 200).toWellFormed())
    },
  }
}
