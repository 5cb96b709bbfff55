// The blocks that the writer is in. Around a loop it may write a second one, so labels shift; and
// it must know at each place whether the globals of the meter hold what its locals hold.
import { bounds } from '../module/bounds.ts'
import { kinds } from '../module/opcodes.ts'

const ROOM = bounds.nesting.value + 2
const NO_IF = 2

export class Labels {
  depth = 0
  /** How many blocks stand written around the present place; that of a frame not counted. */
  #blocks = 0
  readonly #position = new Int32Array(ROOM)
  readonly #wrapped = new Uint8Array(ROOM)
  readonly #isLoop = new Uint8Array(ROOM)
  /** Whether all is written on all ways so far to the end of a block. */
  readonly #writtenAtEnd = new Uint8Array(ROOM)
  /** The same at the beginning of an `if` whose `else` has not come. */
  readonly #writtenAtIf = new Uint8Array(ROOM)

  begin(): void {
    this.depth = 0
    this.#blocks = 0
    this.#set(kinds.block, false, true)
  }

  push(kind: number, wrapped: boolean, written: boolean): void {
    this.#blocks += wrapped ? 2 : 1
    this.depth++
    this.#set(kind, wrapped, written)
  }

  #set(kind: number, wrapped: boolean, written: boolean): void {
    const { depth } = this
    this.#position[depth] = this.#blocks
    this.#wrapped[depth] = wrapped ? 1 : 0
    this.#isLoop[depth] = kind === kinds.loop ? 1 : 0
    this.#writtenAtEnd[depth] = 1
    this.#writtenAtIf[depth] = kind === kinds.if ? Number(written) : NO_IF
  }

  /** Leaves a block; says whether a second one around it ends too. */
  pop(): boolean {
    const wrapped = this.#wrapped[this.depth--] === 1
    this.#blocks -= wrapped ? 2 : 1
    return wrapped
  }

  /** A label as it is written. */
  map(label: number): number {
    return this.#blocks - this.#position[this.depth - label]!
  }

  /** A branch, with all written or not. One back to a loop does not come to its end. */
  branch(label: number, written: boolean): void {
    const target = this.depth - label
    if (!written && this.#isLoop[target] === 0) this.#writtenAtEnd[target] = 0
  }

  /** The end of the innermost block, or of its first half, is come to. */
  arrive(written: boolean): void {
    if (!written) this.#writtenAtEnd[this.depth] = 0
  }

  /** An `else` begins; says whether all is written there. */
  otherwise(): boolean {
    const written = this.#writtenAtIf[this.depth] === 1
    this.#writtenAtIf[this.depth] = NO_IF
    return written
  }

  /** Whether all is written behind the innermost block. */
  get writtenAtEnd(): boolean {
    return this.#writtenAtEnd[this.depth] === 1 && this.#writtenAtIf[this.depth] !== 0
  }
}
