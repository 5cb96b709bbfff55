// All nodes that fit one demand, ranked, and the tasks that wait for one. Tasks ask for few
// different things, so there are few pools, however many tasks there are.
import { type Demand, mismatches, type TaskId } from '@vcp/protocol'
import type { NodeRecord } from '../nodes/node-record.ts'
import { candidateOf } from '../nodes/node-record.ts'
import { rankings, type Strategy } from './strategies.ts'

export class Pool {
  readonly #demand: Demand
  readonly #ranking
  /** A set keeps the order in which tasks came. */
  readonly waiting = new Set<TaskId>()

  constructor(demand: Demand, strategy: Strategy, nodes: Iterable<NodeRecord>) {
    this.#demand = demand
    this.#ranking = rankings[strategy]()
    for (const node of nodes) this.look(node)
  }

  /** Looks anew at a node that changed; says whether it has come in or fits still. */
  look(node: NodeRecord): boolean {
    const fits = mismatches(this.#demand, candidateOf(node)).length === 0
    if (fits) this.#ranking.put(node.slot, rankedOf(node))
    else this.#ranking.remove(node.slot)
    return fits
  }

  remove(node: NodeRecord): void {
    this.#ranking.remove(node.slot)
  }

  get size(): number {
    return this.#ranking.size
  }

  pick(isAcceptable: (slot: number) => boolean, draw: () => number): number {
    return this.#ranking.pick(isAcceptable, draw)
  }
}

function rankedOf(node: NodeRecord) {
  return { health: node.health, latencyMs: node.latencyMs, openAssignments: node.working.size }
}
