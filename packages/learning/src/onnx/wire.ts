// The wire format of protocol buffers: tags, varints, lengths. Nothing is read past the end, and
// no claimed length is allocated for before it is known to be there.
import { invalid } from './rejection.ts'

export const wireTypes = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const

export class WireReader {
  readonly bytes: Uint8Array
  readonly end: number
  readonly #view: DataView
  pos: number

  constructor(bytes: Uint8Array, pos = 0, end = bytes.length) {
    this.bytes = bytes
    this.pos = pos
    this.end = end
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  get done(): boolean {
    return this.pos >= this.end
  }

  /** A tag or a length: at most 32 bits. */
  size(): number {
    let value = 0
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.#byte()
      value += (byte & 0x7f) * 2 ** shift
      if (byte < 0x80) {
        if (value > 0xffffffff) break
        return value
      }
    }
    return invalid(`a tag or a length before byte ${this.pos} does not fit 32 bits`)
  }

  /** A varint of 64 bits, unsigned. */
  uint64(): bigint {
    let low = 0
    let high = 0n
    for (let count = 0; count < 10; count++) {
      const byte = this.#byte()
      if (count < 7) low += (byte & 0x7f) * 2 ** (7 * count)
      else high |= BigInt(byte & 0x7f) << BigInt(7 * count)
      if (byte < 0x80) return BigInt.asUintN(64, high | BigInt(low))
    }
    return invalid(`a number before byte ${this.pos} is longer than ten bytes`)
  }

  float(): number {
    return this.#view.getFloat32(this.#advance(4), true)
  }

  double(): number {
    return this.#view.getFloat64(this.#advance(8), true)
  }

  /** A view, not a copy. */
  take(count: number): Uint8Array {
    const start = this.#advance(count)
    return this.bytes.subarray(start, start + count)
  }

  /** Steps over a value of a field that is not known. */
  skip(wireType: number): void {
    if (wireType === wireTypes.varint) this.uint64()
    else if (wireType === wireTypes.fixed64) this.#advance(8)
    else if (wireType === wireTypes.bytes) this.#advance(this.size())
    else if (wireType === wireTypes.fixed32) this.#advance(4)
    else invalid(`wire type ${wireType} before byte ${this.pos} does not exist`)
  }

  #byte(): number {
    return this.bytes[this.#advance(1)]!
  }

  #advance(count: number): number {
    const start = this.pos
    if (count > this.end - start) invalid(`the bytes end in the middle of something (${this.end})`)
    this.pos += count
    return start
  }
}

/** Pieces of the output; large blobs are not copied until the end. */
export class WireWriter {
  readonly #pieces: Uint8Array[] = []
  #block = new Uint8Array(1024)
  #used = 0
  #length = 0

  get length(): number {
    return this.#length + this.#used
  }

  byte(value: number): void {
    if (this.#used === this.#block.length) this.#flush(this.#block.length * 2)
    this.#block[this.#used++] = value
  }

  size(value: number): void {
    let rest = value
    while (rest >= 0x80) {
      this.byte((rest & 0x7f) | 0x80)
      rest = Math.floor(rest / 128)
    }
    this.byte(rest)
  }

  uint64(value: bigint): void {
    let rest = BigInt.asUintN(64, value)
    while (rest >= 0x80n) {
      this.byte(Number(rest & 0x7fn) | 0x80)
      rest >>= 7n
    }
    this.byte(Number(rest))
  }

  bytes(value: Uint8Array): void {
    if (value.length < 512) {
      for (const byte of value) this.byte(byte)
      return
    }
    this.#flush(1024)
    this.#pieces.push(value)
    this.#length += value.length
  }

  finished(): Uint8Array {
    this.#flush(0)
    const whole = new Uint8Array(this.#length)
    let at = 0
    for (const piece of this.#pieces) {
      whole.set(piece, at)
      at += piece.length
    }
    return whole
  }

  #flush(nextSize: number): void {
    if (this.#used > 0) this.#pieces.push(this.#block.subarray(0, this.#used))
    this.#length += this.#used
    this.#block = new Uint8Array(Math.min(nextSize, 65_536))
    this.#used = 0
  }
}
