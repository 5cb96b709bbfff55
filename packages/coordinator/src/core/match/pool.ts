// All nodes that fit one demand, ranked, and the tasks that wait for one. Tasks ask for few
// different things, so there are few pools, however many tasks there are.
import { type Demand, mismatches, type TaskId } from '@vcp/protocol'
import type { NodeRecord } from '../nodes/node-record.ts'
import { candidateOf, operatorOf } from '../nodes/node-record.ts'
import { rankings, type Strategy } from './strategies.ts'

export class Pool {
  readonly #demand: Demand
  readonly #ranking
  /** Whose the nodes in it are, by slot, and how many each operator has. */
  readonly #operators = new Map<number, string>()
  readonly #counts = new Map<string, number>()
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
    this.#belongs(node.slot, fits ? operatorOf(node) : null)
    return fits
  }

  remove(node: NodeRecord): void {
    this.#ranking.remove(node.slot)
    this.#belongs(node.slot, null)
  }

  /** A node in it may have come to another operator. */
  rebound(node: NodeRecord): void {
    if (this.#operators.has(node.slot)) this.#belongs(node.slot, operatorOf(node))
  }

  /** Whether any of its nodes is of another operator than this. */
  hasOther(operator: string): boolean {
    return this.size > (this.#counts.get(operator) ?? 0)
  }

  #belongs(slot: number, operator: string | null): void {
    const before = this.#operators.get(slot)
    if (before === (operator ?? undefined)) return
    if (before !== undefined) {
      const left = this.#counts.get(before)! - 1
      if (left === 0) this.#counts.delete(before)
      else this.#counts.set(before, left)
      this.#operators.delete(slot)
    }
    if (operator === null) return
    this.#operators.set(slot, operator)
    this.#counts.set(operator, (this.#counts.get(operator) ?? 0) + 1)
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
