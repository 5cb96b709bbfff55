import { countOf, type Elements, elementsFor, type Shape } from '../onnx/tensor.ts'
import { tooLarge } from './data-rejection.ts'
import type { Column } from './dataset.ts'

type Kind = 'float32' | 'int64'

/** What all columns of a data set may take together. */
export interface Room {
  bytesLeft: number
}

/** Takes rows as they come; the array behind it doubles. */
export class ColumnBuilder<T extends Kind = Kind> {
  readonly #type: T
  readonly #shape: Shape
  readonly #room: Room
  #data: Elements[T]
  #length = 0

  constructor(type: T, shape: Shape, room: Room) {
    this.#type = type
    this.#shape = shape
    this.#room = room
    this.#data = elementsFor(type, 0)
  }

  push(value: number): void {
    if (this.#length === this.#data.length) this.#grow()
    if (this.#data instanceof Float32Array) this.#data[this.#length++] = value
    else (this.#data as BigInt64Array)[this.#length++] = BigInt(value)
  }

  column(): Column<T> {
    const data = this.#data.slice(0, this.#length) as Elements[T]
    return { type: this.#type, shape: this.#shape, data }
  }

  #grow(): void {
    const next = Math.max(1024, countOf(this.#shape), this.#data.length * 2)
    const more = (next - this.#data.length) * (this.#type === 'float32' ? 4 : 8)
    this.#room.bytesLeft -= more
    if (this.#room.bytesLeft < 0) tooLarge('the data takes more memory than it may')
    const grown = elementsFor(this.#type, next)
    if (grown instanceof Float32Array) grown.set(this.#data as Float32Array)
    else (grown as BigInt64Array).set(this.#data as BigInt64Array)
    this.#data = grown
  }
}
