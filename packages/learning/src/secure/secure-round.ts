import type { PeerId, RoundId, VerifySignature } from '@vcp/protocol'
import { type Outcome, pass, refuse } from '@vcp/protocol'
import type { Assumptions } from './neighbourhood.ts'

/** What server and nodes have agreed on before a round begins. */
export interface SecureRound {
  readonly roundId: RoundId
  readonly length: number
  /** The largest size of a number, in units. */
  readonly unitsMax: number
  readonly assumed: Assumptions
  readonly verify?: VerifySignature
}

/** Whether the sum of so many nodes is exact modulo 2^32. */
export function fits({ unitsMax }: SecureRound, nodes: number): Outcome<null> {
  if (Number.isSafeInteger(unitsMax) && unitsMax > 0 && 2 * nodes * unitsMax + 1 <= 2 ** 32) {
    return pass(null)
  }
  return refuse('TOO_LARGE', `the sum of ${nodes} nodes of ±${unitsMax} does not fit into 32 bits`)
}

/** Names the one mask of two nodes, the same from both ends. */
export function maskPurpose(roster: string, one: PeerId, other: PeerId): string {
  const [first, second] = one < other ? [one, other] : [other, one]
  return `vcp/secure/mask/1 ${roster} ${first} ${second}`
}

export function sealPurpose(roster: string, from: PeerId, to: PeerId): string {
  return `vcp/secure/seal/1 ${roster} ${from} ${to}`
}

/** The holders of a node's shares, in the order of their shares: its neighbours and itself. */
export function holdersOf(peer: PeerId, neighbours: readonly PeerId[]): readonly PeerId[] {
  return [...neighbours, peer].sort()
}
