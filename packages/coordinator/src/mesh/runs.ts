// Which run of its agent a node is at the moment. Two agents with one key show by it: the one that
// registered last is the node, and the other is told so as soon as it speaks.
import type { Nonce, PeerId } from '@vcp/protocol'

export interface Runs {
  /** Whether another run has taken the place of this one. */
  isReplaced(peerId: PeerId, run: Nonce | undefined): boolean
  /** This run is the node from now on. Whether it takes the place of another. */
  registered(peerId: PeerId, run: Nonce | undefined): boolean
}

/** Of one node: an agent that is started again and again replaces itself. */
const replacedMax = 8

interface Known {
  readonly newest: Nonce | null
  readonly replaced: readonly Nonce[]
}

export function createRuns(): Runs {
  const runs = new Map<PeerId, Known>()

  return {
    isReplaced(peerId, run) {
      return run !== undefined && runs.get(peerId)?.replaced.includes(run) === true
    },
    registered(peerId, run) {
      const known = runs.get(peerId)
      const newest = run ?? null
      const before = known?.newest ?? null
      const isOther = before !== null && before !== newest
      const replaced = known?.replaced ?? []
      runs.set(peerId, {
        newest,
        replaced: isOther ? [...replaced, before].slice(-replacedMax) : replaced,
      })
      return isOther
    },
  }
}
