// The blocks that the writer is in. Around a loop it may write a second one, so labels shift; and
// it must know at each place whether the local that holds the gas is as fresh as the global.
import { bounds } from '../module/bounds.ts'
import { kinds } from '../module/opcodes.ts'

const ROOM = bounds.nesting.value + 2
const NO_IF = 2

export class Labels {
  depth = 0
  /** How many blocks are written around the present place; those of a counted body not counted. */
  #written = 0
  readonly #position = new Int32Array(ROOM)
  readonly #wrapped = new Uint8Array(ROOM)
  readonly #isLoop = new Uint8Array(ROOM)
  /** Whether the local is fresh on all ways so far to the end of a block. */
  readonly #freshAtEnd = new Uint8Array(ROOM)
  /** The same at the beginning of an `if` whose `else` has not come. */
  readonly #freshAtIf = new Uint8Array(ROOM)

  begin(): void {
    this.depth = 0
    this.#written = 0
    this.#set(kinds.block, false, true)
  }

  push(kind: number, wrapped: boolean, fresh: boolean): void {
    this.#written += wrapped ? 2 : 1
    this.depth++
    this.#set(kind, wrapped, fresh)
  }

  #set(kind: number, wrapped: boolean, fresh: boolean): void {
    const { depth } = this
    this.#position[depth] = this.#written
    this.#wrapped[depth] = wrapped ? 1 : 0
    this.#isLoop[depth] = kind === kinds.loop ? 1 : 0
    this.#freshAtEnd[depth] = 1
    this.#freshAtIf[depth] = kind === kinds.if ? Number(fresh) : NO_IF
  }

  /** Leaves a block; says whether a second one around it ends too. */
  pop(): boolean {
    const wrapped = this.#wrapped[this.depth--] === 1
    this.#written -= wrapped ? 2 : 1
    return wrapped
  }

  /** A label as it is written. */
  map(label: number): number {
    return this.#written - this.#position[this.depth - label]!
  }

  /** A branch, with the local fresh or not. One back to a loop does not come to its end. */
  branch(label: number, fresh: boolean): void {
    const target = this.depth - label
    if (!fresh && this.#isLoop[target] === 0) this.#freshAtEnd[target] = 0
  }

  /** The end of the innermost block, or of its first half, is come to. */
  arrive(fresh: boolean): void {
    if (!fresh) this.#freshAtEnd[this.depth] = 0
  }

  /** An `else` begins; says whether the local is fresh there. */
  otherwise(): boolean {
    const fresh = this.#freshAtIf[this.depth] === 1
    this.#freshAtIf[this.depth] = NO_IF
    return fresh
  }

  /** Whether the local is fresh behind the innermost block. */
  get freshAtEnd(): boolean {
    return this.#freshAtEnd[this.depth] === 1 && this.#freshAtIf[this.depth] !== 0
  }
}
