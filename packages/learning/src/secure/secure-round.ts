import {
  type Digest,
  type Outcome,
  type PeerId,
  pass,
  type RoundId,
  refuse,
  type VerifySignature,
} from '@vcp/protocol'
import { type Assumptions, type Plan, planFor } from './neighbourhood.ts'

/** What server and nodes have agreed on before a round begins. */
export interface SecureRound {
  readonly roundId: RoundId
  /** The largest size of a number, in units. */
  readonly unitsMax: number
  readonly assumed: Assumptions
  /** Who may take part, as it was announced: keys of others are refused. Null: whoever comes. */
  readonly members: ReadonlySet<PeerId> | null
  /** Fewer than these are neither masked with nor opened. */
  readonly nodesMin: number
  readonly verify?: VerifySignature
}

/** What the keys that were shown come to. */
export interface Roster {
  readonly digest: Digest
  readonly nodes: number
  /** Nodes that have to be left for a sum to be opened. */
  readonly survivorsMin: number
}

/** How so many nodes hide each other; never with fewer than the round asks for. */
export function planOf({ assumed, nodesMin }: SecureRound, nodes: number): Outcome<Plan> {
  const plan = planFor(nodes, assumed)
  if (!plan.ok) return plan
  if (nodes < nodesMin) {
    return refuse('NO_ELIGIBLE_NODE', `${nodes} nodes have shown keys; ${nodesMin} are needed`)
  }
  return pass({ ...plan.value, survivorsMin: Math.max(nodesMin, plan.value.survivorsMin) })
}

export function isMember({ members }: SecureRound, peer: PeerId): boolean {
  return members === null || members.has(peer)
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
