// Finds nodes for tasks and tasks for nodes. What depends on all nodes is kept as they change, so
// that neither search looks at all of them.
import type { Demand, TaskId } from '@vcp/protocol'
import { type NodeRecord, operatorOf } from '../nodes/node-record.ts'
import { Pool } from './pool.ts'
import type { Strategy } from './strategies.ts'

/** A demand, and the name that it goes by. */
interface Shared {
  readonly demand: Demand
  readonly key: string
}

/** Demands kept; tasks ask for few different things, and what is forgotten is made anew. */
const DEMANDS_MAX = 1_024
/** Pools kept; the one that was asked for longest ago is made anew when it is needed again. */
const POOLS_MAX = 64

export class Matcher {
  readonly #strategy: Strategy
  readonly #slots: (NodeRecord | null)[] = []
  readonly #freeSlots: number[] = []
  readonly #pools = new Map<string, Pool>()
  readonly #demands = new Map<string, Shared>()
  /** Pools with tasks that wait and with a node that has changed for the better. */
  readonly #stirred = new Set<Pool>()

  constructor(strategy: Strategy) {
    this.#strategy = strategy
  }

  /** A number for a new node. */
  takeSlot(): number {
    return this.#freeSlots.pop() ?? this.#slots.length
  }

  changed(node: NodeRecord): void {
    this.#slots[node.slot] = node
    for (const pool of this.#pools.values()) {
      if (pool.look(node) && pool.waiting.size > 0) this.#stirred.add(pool)
    }
  }

  removed(node: NodeRecord): void {
    this.#slots[node.slot] = null
    this.#freeSlots.push(node.slot)
    for (const pool of this.#pools.values()) pool.remove(node)
  }

  /** One object for all tasks that ask for the same: a million of them have it in memory once. */
  shared(demand: Demand): Shared {
    const key = JSON.stringify(demand)
    const known = this.#demands.get(key)
    if (known !== undefined) return known
    if (this.#demands.size >= DEMANDS_MAX) this.#demands.clear()
    const shared = { demand, key }
    this.#demands.set(key, shared)
    return shared
  }

  /** The best node for a demand that is acceptable to the task; null for none. */
  pick(
    key: string,
    demand: Demand,
    isAcceptable: (node: NodeRecord) => boolean,
    draw: () => number,
  ): NodeRecord | null {
    const slot = this.#pool(key, demand).pick((each) => isAcceptable(this.#slots[each]!), draw)
    return slot === -1 ? null : this.#slots[slot]!
  }

  /** The best node for a demand that is of another operator. Without any, none is looked at. */
  pickOther(key: string, demand: Demand, operator: string, draw: () => number): NodeRecord | null {
    if (!this.#pool(key, demand).hasOther(operator)) return null
    return this.pick(key, demand, (node) => operatorOf(node) !== operator, draw)
  }

  /** The node's operator is another now. */
  rebound(node: NodeRecord): void {
    for (const pool of this.#pools.values()) pool.rebound(node)
  }

  /** All nodes, or where there are more than this, about so many, spread over all. */
  sample(max: number): readonly NodeRecord[] {
    const step = Math.max(1, this.#slots.length / max)
    const places = Math.min(max, this.#slots.length)
    const sampled = Array.from({ length: places }, (_, i) => this.#slots[Math.floor(i * step)]!)
    return sampled.filter((node) => node !== null)
  }

  /** How many nodes fit. */
  count(key: string, demand: Demand): number {
    return this.#pool(key, demand).size
  }

  wait(key: string, demand: Demand, taskId: TaskId): void {
    this.#pool(key, demand).waiting.add(taskId)
  }

  stopWaiting(key: string, taskId: TaskId): void {
    this.#pools.get(key)?.waiting.delete(taskId)
  }

  /**
   * Tasks that may find a node now, the longest waiting first, up to a number a pool; each of
   * them goes to the end of those that wait, if it waits on.
   */
  *stirred(perPool: number): Generator<TaskId> {
    for (const pool of this.#stirred) {
      this.#stirred.delete(pool)
      for (const taskId of firstOf(pool.waiting, perPool)) {
        if (pool.size === 0) break
        pool.waiting.delete(taskId)
        yield taskId
      }
    }
  }

  #pool(key: string, demand: Demand): Pool {
    const known = this.#pools.get(key)
    if (known !== undefined) {
      // A map keeps the order in which keys came, so the first is the one unused longest.
      this.#pools.delete(key)
      this.#pools.set(key, known)
      return known
    }
    const nodes = this.#slots.filter((node) => node !== null)
    const pool = new Pool(demand, this.#strategy, nodes)
    this.#pools.set(key, pool)
    this.#forget()
    return pool
  }

  #forget(): void {
    if (this.#pools.size <= POOLS_MAX) return
    for (const [key, pool] of this.#pools) {
      if (pool.waiting.size > 0) continue
      this.#pools.delete(key)
      return
    }
  }
}

function firstOf<T>(all: Iterable<T>, count: number): T[] {
  const first: T[] = []
  for (const each of all) {
    if (first.length === count) break
    first.push(each)
  }
  return first
}
