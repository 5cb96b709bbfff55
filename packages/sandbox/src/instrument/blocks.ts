// The blocks that a scan is in, innermost last; the function itself is block 0.
import { bounds, within } from '../module/bounds.ts'
import { Refused } from '../module/rejection.ts'
import type { FunctionType } from '../module/value-type.ts'

const ROOM = bounds.nesting.value + 2

export const blockKinds = { block: 0, loop: 1, if: 2, else: 3 } as const

export class Blocks {
  depth = -1
  readonly kinds = new Uint8Array(ROOM)
  readonly types: FunctionType[] = new Array(ROOM)
  /** Height of the operand stack below its parameters. */
  readonly bases = new Int32Array(ROOM)
  /** The gas region in which it begins. */
  readonly regions = new Int32Array(ROOM)
  /** Whether the code behind its end can be reached. */
  readonly reached = new Uint8Array(ROOM)
  /** The outermost block that a branch inside goes to. */
  readonly escapes = new Int32Array(ROOM)
  /** The place of its one float result; -1 if it has another kind of result. */
  readonly places = new Int32Array(ROOM)
  /** Of loops: where the instruction is, and how many loops and calls there were up to it. */
  readonly offsets = new Int32Array(ROOM)
  readonly loopsAndCalls = new Int32Array(ROOM)

  push(kind: number, type: FunctionType, base: number, region: number, place: number): void {
    const depth = ++this.depth
    within('nesting', depth)
    this.kinds[depth] = kind
    this.types[depth] = type
    this.bases[depth] = base
    this.regions[depth] = region
    this.reached[depth] = 0
    this.escapes[depth] = depth
    this.places[depth] = place
  }

  /** The depth of the block that a label names. */
  target(label: number, offset: number): number {
    if (label > this.depth) throw new Refused('INVALID_INDEX', `there is no label ${label}`, offset)
    return this.depth - label
  }

  branchTo(target: number): void {
    if (this.kinds[target] !== blockKinds.loop) this.reached[target] = 1
    if (target < this.escapes[this.depth]!) this.escapes[this.depth] = target
  }

  /** Leaves the innermost block. Says whether no branch inside went further out than its end. */
  pop(): boolean {
    const depth = this.depth--
    const outermost = this.escapes[depth]!
    if (depth > 0 && outermost < this.escapes[depth - 1]!) this.escapes[depth - 1] = outermost
    return outermost >= depth
  }

  /** The types that a branch to a block carries. */
  labelTypes(depth: number): readonly number[] {
    const type = this.types[depth]!
    return this.kinds[depth] === blockKinds.loop ? type.params : type.results
  }
}
