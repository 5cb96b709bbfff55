// Who calls whom: an order in which callees come before their callers, and where cycles are cut.
import type { ScanResult } from './scan-result.ts'

export interface CallGraph {
  /** Defined functions; but for calls back to `heads`, every callee before its callers. */
  readonly order: Int32Array
  /** Functions that a cycle of direct calls goes back to. Every cycle has at least one of them. */
  readonly heads: Uint8Array
  /** Functions that call each other in a cycle have the same number. */
  readonly groups: Int32Array
}

/** Tarjan's algorithm with a stack of its own: a chain of 100,000 calls must not exhaust ours. */
export function callGraph(scan: ScanResult, imports: number, functions: number): CallGraph {
  return new Search(scan, imports, functions).run()
}

class Search {
  readonly #callees: Int32Array
  readonly #firstCall: Int32Array
  readonly #imports: number
  /** When a function was first met, from 1; and the earliest that it can get back to. */
  readonly #met: Int32Array
  readonly #earliest: Int32Array
  readonly #nextCall: Int32Array
  /** Functions whose group is not complete, and the way from the root. */
  readonly #open: Int32Array
  readonly #isOpen: Uint8Array
  readonly #path: Int32Array
  readonly #isOnPath: Uint8Array
  readonly #order: Int32Array
  readonly #heads: Uint8Array
  readonly #groups: Int32Array
  #clock = 0
  #openCount = 0
  #finished = 0

  constructor({ callees, firstCall }: ScanResult, imports: number, functions: number) {
    this.#callees = callees.items
    this.#firstCall = firstCall
    this.#imports = imports
    this.#met = new Int32Array(functions)
    this.#earliest = new Int32Array(functions)
    this.#nextCall = firstCall.slice(0, functions)
    this.#open = new Int32Array(functions)
    this.#isOpen = new Uint8Array(functions)
    this.#path = new Int32Array(functions)
    this.#isOnPath = new Uint8Array(functions)
    this.#order = new Int32Array(functions)
    this.#heads = new Uint8Array(functions)
    this.#groups = new Int32Array(functions)
  }

  run(): CallGraph {
    for (let root = 0; root < this.#met.length; root++) if (this.#met[root] === 0) this.#visit(root)
    return { order: this.#order, heads: this.#heads, groups: this.#groups }
  }

  #visit(root: number): void {
    const path = this.#path
    let depth = 0
    path[0] = root
    this.#meet(root)
    while (depth >= 0) {
      const caller = path[depth]!
      const next = this.#nextUnmet(caller)
      if (next >= 0) {
        path[++depth] = next
        this.#meet(next)
        continue
      }
      this.#finish(caller)
      depth--
      if (depth >= 0) this.#reach(path[depth]!, this.#earliest[caller]!)
    }
  }

  #meet(index: number): void {
    this.#met[index] = this.#earliest[index] = ++this.#clock
    this.#open[this.#openCount++] = index
    this.#isOpen[index] = 1
    this.#isOnPath[index] = 1
  }

  /** The next callee that was not met before, or -1; notes those that were. */
  #nextUnmet(caller: number): number {
    const end = this.#firstCall[caller + 1]!
    while (this.#nextCall[caller]! < end) {
      const callee = this.#callees[this.#nextCall[caller]!++]! - this.#imports
      if (callee < 0) continue
      if (this.#met[callee] === 0) return callee
      if (this.#isOnPath[callee] === 1) this.#heads[callee] = 1
      if (this.#isOpen[callee] === 1) this.#reach(caller, this.#met[callee]!)
    }
    return -1
  }

  #reach(caller: number, time: number): void {
    if (time < this.#earliest[caller]!) this.#earliest[caller] = time
  }

  /** All callees are done: if nothing earlier is reached, a group is complete. */
  #finish(index: number): void {
    this.#order[this.#finished++] = index
    this.#isOnPath[index] = 0
    if (this.#earliest[index] !== this.#met[index]) return
    let member: number
    do {
      member = this.#open[--this.#openCount]!
      this.#isOpen[member] = 0
      this.#groups[member] = index
    } while (member !== index)
  }
}
