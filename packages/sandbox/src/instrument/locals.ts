import { within } from '../module/bounds.ts'
import type { CodeCursor } from '../module/code-cursor.ts'
import { Refused } from '../module/rejection.ts'
import { type FunctionType, readValueType } from '../module/value-type.ts'

/** The types of a function's locals, parameters first, in one array that is used again. */
export class Locals {
  types = new Uint8Array(256)
  count = 0
  parameters = 0

  /** Reads the declarations at the beginning of a body. */
  read(cursor: CodeCursor, { params }: FunctionType): void {
    this.count = 0
    this.parameters = params.length
    this.#reserve(params.length)
    for (const type of params) this.types[this.count++] = type
    const groups = cursor.count()
    for (let group = 0; group < groups; group++) {
      const at = cursor.pos
      const repeats = cursor.u32()
      within('locals', this.count + repeats, at)
      const type = readValueType(cursor)
      this.#reserve(this.count + repeats)
      this.types.fill(type, this.count, this.count + repeats)
      this.count += repeats
    }
  }

  type(index: number, offset: number): number {
    if (index >= this.count)
      throw new Refused('INVALID_INDEX', `there is no local ${index}`, offset)
    return this.types[index]!
  }

  #reserve(count: number): void {
    if (count <= this.types.length) return
    const types = new Uint8Array(Math.max(count, this.types.length * 2))
    types.set(this.types)
    this.types = types
  }
}
