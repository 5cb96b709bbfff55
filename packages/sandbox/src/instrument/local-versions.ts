// What each float local holds at the present place of a scan, as a source of nan-flow. Compilers
// use one local for many variables; so it is followed from assignment to assignment, and versions
// meet only where ways of the program meet.
import { isFloat } from '../module/value-type.ts'
import type { Locals } from './locals.ts'
import { certain, exact, type NanFlow, place } from './nan-flow.ts'

const NOT_REACHED = -1

export class LocalVersions {
  readonly #flow: NanFlow
  /** Floats are numbered among themselves. */
  #floats = 0
  #numbers = new Int32Array(256)
  #now = new Int32Array(64)
  /** By depth and number: what arrived at the end of a block, or holds at the head of a loop. */
  #atLabel = new Int32Array(1_024)
  /** The same of locals at an `if`, for its `else`. */
  #atIf = new Int32Array(1_024)
  /** Whether what stands in `#atLabel` is a place of that label's own. */
  #isMeeting = new Uint8Array(1_024)

  constructor(flow: NanFlow) {
    this.#flow = flow
  }

  begin(locals: Locals): void {
    this.#floats = 0
    if (this.#numbers.length < locals.count) this.#numbers = new Int32Array(locals.count * 2)
    for (let index = 0; index < locals.count; index++) {
      if (isFloat(locals.types[index]!)) this.#numbers[index] = this.#floats++
    }
    if (this.#now.length < this.#floats) this.#now = new Int32Array(this.#floats * 2)
    this.#now.fill(certain, 0, this.#floats)
    for (let index = 0; index < locals.parameters; index++) {
      if (isFloat(locals.types[index]!)) this.set(index, exact)
    }
    this.open(0, false)
  }

  get(local: number): number {
    return this.#now[this.#numbers[local]!]!
  }

  set(local: number, source: number): void {
    this.#now[this.#numbers[local]!] = source
  }

  /** A block, or an `if` whose condition has been read. */
  open(depth: number, isIf: boolean): void {
    const count = this.#floats
    if (count === 0) return
    this.#reserve((depth + 1) * count)
    const first = depth * count
    this.#atLabel.fill(NOT_REACHED, first, first + count)
    this.#isMeeting.fill(0, first, first + count)
    if (isIf) this.#atIf.set(this.#now.subarray(0, count), first)
  }

  /** Everything may come back to the head of a loop in another version. */
  openLoop(depth: number): void {
    const count = this.#floats
    if (count === 0) return
    this.#reserve((depth + 1) * count)
    for (let number = 0; number < count; number++) {
      const head = this.#flow.newPlace()
      this.#flow.merge(this.#now[number]!, head)
      this.#now[number] = place(head)
      this.#atLabel[depth * count + number] = place(head)
    }
    this.#isMeeting.fill(1, depth * count, (depth + 1) * count)
  }

  /** The present versions go to a label: that of a block at its end, that of a loop at its head. */
  goTo(depth: number): void {
    const count = this.#floats
    for (let number = 0; number < count; number++) this.#meet(depth * count + number, number)
  }

  /** The condition of an `if` without `else` does not hold: its versions come to the end. */
  skipIf(depth: number): void {
    this.otherwise(depth)
    this.goTo(depth)
  }

  otherwise(depth: number): void {
    const first = depth * this.#floats
    this.#now.set(this.#atIf.subarray(first, first + this.#floats))
  }

  /** Goes on behind a block whose end is reached. */
  close(depth: number): void {
    const first = depth * this.#floats
    this.#now.set(this.#atLabel.subarray(first, first + this.#floats))
  }

  #meet(at: number, number: number): void {
    const arriving = this.#now[number]!
    const there = this.#atLabel[at]!
    if (arriving === there || (arriving === certain && there !== NOT_REACHED)) return
    if (this.#isMeeting[at] === 1) {
      this.#flow.merge(arriving, there - place(0))
      return
    }
    if (there === NOT_REACHED || there === certain) {
      this.#atLabel[at] = arriving
      return
    }
    const meeting = this.#flow.newPlace()
    this.#flow.merge(there, meeting)
    this.#flow.merge(arriving, meeting)
    this.#atLabel[at] = place(meeting)
    this.#isMeeting[at] = 1
  }

  #reserve(count: number): void {
    if (count <= this.#atLabel.length) return
    const capacity = Math.max(count, this.#atLabel.length * 2)
    this.#atLabel = larger(this.#atLabel, capacity)
    this.#atIf = larger(this.#atIf, capacity)
    const isMeeting = new Uint8Array(capacity)
    isMeeting.set(this.#isMeeting)
    this.#isMeeting = isMeeting
  }
}

function larger(array: Int32Array, capacity: number): Int32Array<ArrayBuffer> {
  const copy = new Int32Array(capacity)
  copy.set(array)
  return copy
}
