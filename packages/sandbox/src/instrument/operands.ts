// The operand stack during a scan: of each value its type, what is known of its bits (see
// nan-flow), and the offset behind the instruction that produced it.
import { bounds, within } from '../module/bounds.ts'
import { Refused } from '../module/rejection.ts'
import { isFloat, valueTypes } from '../module/value-type.ts'
import { marks } from './marks.ts'
import { certain, exact, type NanFlow } from './nan-flow.ts'

// One call pushes at most so many results before the height is checked.
const ROOM = bounds.operands.value + bounds.results.value + 1

export class Operands {
  readonly #types = new Uint8Array(ROOM)
  readonly #sources = new Int32Array(ROOM)
  readonly #producedAt = new Int32Array(ROOM)
  readonly #flow: NanFlow
  height = 0
  heightMax = 0
  /** What lies below belongs to outer blocks. */
  base = 0

  constructor(flow: NanFlow) {
    this.#flow = flow
  }

  clear(): void {
    this.height = 0
    this.heightMax = 0
    this.base = 0
  }

  push(type: number, source: number, at: number): void {
    const top = this.height++
    this.#types[top] = type
    this.#sources[top] = source
    this.#producedAt[top] = at
    if (this.height > this.heightMax) this.#rise(at)
  }

  /** Pushes what comes out of a call, a global, or anything else that hands over exact bits. */
  pushAll(types: readonly number[], at: number): void {
    for (const type of types) this.push(type, isFloat(type) ? exact : certain, at)
  }

  pop(count: number, at: number): void {
    this.require(count, at)
    this.height -= count
  }

  require(count: number, at: number): void {
    if (this.height - count < this.base) {
      throw new Refused('INVALID_MODULE', 'an instruction lacks operands', at)
    }
  }

  type(index: number): number {
    return this.#types[index]!
  }

  source(index: number): number {
    return this.#sources[index]!
  }

  /** Something may see the bits of an operand. */
  observe(index: number): void {
    const source = this.#sources[index]!
    if (source > exact) this.#flow.observe(source, this.#producedAt[index]!, this.#markOf(index))
  }

  /** Something may see the bits of the topmost operands. */
  observeTop(count: number): void {
    for (let index = Math.max(this.base, this.height - count); index < this.height; index++) {
      this.observe(index)
    }
  }

  /** The topmost operand is stored by the instruction at `at`. */
  observeStored(at: number): void {
    const top = this.height - 1
    if (top < this.base || this.#sources[top]! <= exact) return
    this.#flow.stored |= this.#markOf(top)
    this.#flow.observe(this.#sources[top]!, at, marks.storesNan)
  }

  flowTo(place: number, index: number): void {
    const source = this.#sources[index]!
    if (source === certain) return
    this.#flow.flow(source, this.#producedAt[index]!, this.#markOf(index), place)
  }

  #markOf(index: number): number {
    return this.#types[index] === valueTypes.f32 ? marks.nanF32 : marks.nanF64
  }

  #rise(at: number): void {
    this.heightMax = this.height
    within('operands', this.height, at)
  }
}
