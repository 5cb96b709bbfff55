// Who masks with whom (SecAgg+, Bell et al. 2020): not every pair of nodes, but a ring in an order
// that nobody chose, each node with the k/2 before it and the k/2 after. The order comes from a
// digest of all keys, so both sides find the same; every end works out the plan by itself, and a
// server cannot ask for a weaker one.
import { digestOf, type Outcome, type PeerId, pass, refuse } from '@vcp/protocol'
import { sharesMax } from './shamir.ts'

/** Shares of the nodes that may go silent, and that may collude with the server. */
export interface Assumptions {
  readonly dropout: number
  readonly corrupt: number
}

export interface Plan {
  /** Neighbours of each node; with itself they hold its shares. */
  readonly neighbours: number
  /** Shares that bring a secret back: more than two thirds of the holders, so that no two sets of
   *  honest answers, one of each kind, can both be large enough. */
  readonly threshold: number
  /** Nodes that have to be left for a sum to be opened. */
  readonly survivorsMin: number
}

const LN_SECRECY = -40 * Math.LN2
/** A round that cannot be opened is done again. */
const LN_OPENING = -20 * Math.LN2

export const nodesMin = 3
/** Up to here every pair costs little, and a third of the nodes may go silent. */
const everyPairMax = 32

/** The least neighbourhood that keeps what is assumed, or every pair where that is no less. */
export function planFor(nodes: number, assumed: Assumptions): Outcome<Plan> {
  if (nodes < nodesMin) {
    return refuse('INVALID', `${nodes} nodes cannot hide in their sum; ${nodesMin} are the least`)
  }
  const { dropout, corrupt } = assumed
  if (!(dropout >= 0 && corrupt >= 0 && dropout + corrupt < 1 / 3)) {
    return refuse('INVALID', 'two thirds of the nodes have to be honest and present')
  }
  const survivorsMin = thresholdOf(nodes)
  const from = nodes <= everyPairMax ? nodes : 4
  for (let neighbours = from; neighbours < nodes - 1 && neighbours < sharesMax; neighbours += 2) {
    if (isEnough(nodes, neighbours, assumed)) {
      return pass({ neighbours, threshold: thresholdOf(neighbours + 1), survivorsMin })
    }
  }
  if (nodes > sharesMax) {
    return refuse('INVALID', `no neighbourhood among ${nodes} nodes keeps what is assumed`)
  }
  return pass({ neighbours: nodes - 1, threshold: survivorsMin, survivorsMin })
}

function thresholdOf(holders: number): number {
  return Math.floor((2 * holders) / 3) + 1
}

function isEnough(nodes: number, neighbours: number, { dropout, corrupt }: Assumptions): boolean {
  const holders = neighbours + 1
  const threshold = thresholdOf(holders)
  const silent = Math.ceil(dropout * nodes)
  const colluding = Math.ceil(corrupt * nodes)
  const lnNodes = Math.log(nodes)
  // Colluders answer both kinds; honest holders one. Both kinds are open from 2t - h colluders on.
  const lnOpen = lnTail(nodes - 1, colluding, neighbours, 2 * threshold - holders)
  const lnStuck = lnTail(nodes - 1, silent, neighbours, holders - threshold + 1)
  // A ring falls apart only where half a neighbourhood in a row is gone.
  const lnApart = lnAll(nodes, silent + colluding, neighbours / 2)
  return (
    lnNodes + lnOpen <= LN_SECRECY &&
    lnNodes + lnApart <= LN_SECRECY &&
    lnNodes + lnStuck <= LN_OPENING
  )
}

/** ln of the chance that at least `least` of `drawn` are marked, when `marked` of `all` are. */
function lnTail(all: number, marked: number, drawn: number, least: number): number {
  let sum = 0
  for (let hit = least; hit <= Math.min(marked, drawn); hit++) {
    if (drawn - hit > all - marked) continue
    const ln = lnChoose(marked, hit) + lnChoose(all - marked, drawn - hit) - lnChoose(all, drawn)
    sum += Math.exp(ln)
  }
  return Math.log(sum)
}

function lnAll(all: number, marked: number, drawn: number): number {
  return drawn > marked ? Number.NEGATIVE_INFINITY : lnChoose(marked, drawn) - lnChoose(all, drawn)
}

function lnChoose(all: number, drawn: number): number {
  let ln = 0
  for (let i = 1; i <= drawn; i++) ln += Math.log((all - drawn + i) / i)
  return ln
}

/** The neighbours of every node. `seed` is a digest of what all have seen. */
export function neighbourhoods(
  peers: readonly PeerId[],
  neighbours: number,
  seed: string,
): ReadonlyMap<PeerId, readonly PeerId[]> {
  const place = new Map(peers.map((peer) => [peer, digestOf('vcp/secure/order/1', [seed, peer])]))
  const ring = [...peers].sort((one, other) => (place.get(one)! < place.get(other)! ? -1 : 1))
  const isComplete = neighbours >= ring.length - 1
  return new Map(
    ring.map((peer, at) => {
      if (isComplete) return [peer, ring.filter((other) => other !== peer).sort()]
      const near: PeerId[] = []
      for (let step = 1; step <= neighbours / 2; step++) {
        near.push(ring[(at + step) % ring.length]!, ring[(at - step + ring.length) % ring.length]!)
      }
      return [peer, near.sort()]
    }),
  )
}
