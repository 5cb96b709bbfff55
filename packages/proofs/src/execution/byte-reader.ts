// Numbers and names of a module, never past its end.
import { Unfit } from './unfit.ts'

export class ByteReader {
  readonly #bytes: Uint8Array
  readonly end: number
  at: number

  constructor(bytes: Uint8Array, at = 0, end = bytes.length) {
    if (end > bytes.length) throw new Unfit('the module ends too soon', bytes.length)
    this.#bytes = bytes
    this.at = at
    this.end = end
  }

  get isDone(): boolean {
    return this.at >= this.end
  }

  byte(): number {
    if (this.isDone) throw new Unfit('the module ends too soon', this.end)
    return this.#bytes[this.at++]!
  }

  unsigned(): number {
    let value = 0
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.byte()
      value += (byte & 0x7f) * 2 ** shift
      if (byte < 0x80) return value
    }
    throw new Unfit('a number is too long', this.at)
  }

  /** 32 bits, with their sign. */
  signed(): number {
    let value = 0
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.byte()
      value |= (byte & 0x7f) << shift
      if (byte < 0x80)
        return shift < 28 && (byte & 0x40) !== 0 ? value | (-1 << (shift + 7)) : value
    }
    throw new Unfit('a number is too long', this.at)
  }

  take(length: number): ByteReader {
    const at = this.at
    this.at += length
    if (this.at > this.end) throw new Unfit('the module ends too soon', this.end)
    return new ByteReader(this.#bytes, at, this.at)
  }

  rest(): Uint8Array {
    return this.#bytes.subarray(this.at, this.end)
  }

  name(): string {
    return new TextDecoder().decode(this.take(this.unsigned()).rest())
  }

  list<T>(item: () => T): T[] {
    const count = this.unsigned()
    if (count > this.end - this.at) throw new Unfit('a list is longer than the module', this.at)
    return Array.from({ length: count }, item)
  }
}
