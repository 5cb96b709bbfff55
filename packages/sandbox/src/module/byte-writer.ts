// Bytes that grow as they are written. Sizes that are known only afterwards are left room for, and
// filled in with a fixed number of bytes: longer than necessary, but the same for everybody.

export class ByteWriter {
  bytes: Uint8Array
  length = 0

  constructor(capacity: number) {
    this.bytes = new Uint8Array(Math.max(capacity, 64))
  }

  u8(byte: number): void {
    if (this.length === this.bytes.length) this.#grow(1)
    this.bytes[this.length++] = byte
  }

  u32(value: number): void {
    let rest = value
    while (rest >= 0x80) {
      this.u8((rest & 0x7f) | 0x80)
      rest >>>= 7
    }
    this.u8(rest)
  }

  /** A signed number that fits 32 bits. */
  s32(value: number): void {
    let rest = value
    while (rest < -0x40 || rest >= 0x40) {
      this.u8((rest & 0x7f) | 0x80)
      rest >>= 7
    }
    this.u8(rest & 0x7f)
  }

  all(bytes: ArrayLike<number>): void {
    // By index: an iterator would cost more than the bytes.
    for (let at = 0; at < bytes.length; at++) this.u8(bytes[at]!)
  }

  /** Copies a part of other bytes. */
  copy(source: Uint8Array, start: number, end: number): void {
    const count = end - start
    if (this.length + count > this.bytes.length) this.#grow(count)
    const { bytes, length } = this
    // A call of `set` costs more than a few bytes are worth.
    if (count < 48) for (let at = 0; at < count; at++) bytes[length + at] = source[start + at]!
    else bytes.set(source.subarray(start, end), length)
    this.length += count
  }

  text(value: string): void {
    const encoded = new TextEncoder().encode(value)
    this.u32(encoded.length)
    this.copy(encoded, 0, encoded.length)
  }

  /** Leaves room for a size of `width` bytes in LEB128, which `fillSize` fills. */
  leaveSize(width: number): number {
    for (let count = 0; count < width; count++) this.u8(0)
    return this.length
  }

  fillSize(start: number, width: number): void {
    let rest = this.length - start
    for (let at = start - width; at < start - 1; at++) {
      this.bytes[at] = (rest & 0x7f) | 0x80
      rest >>>= 7
    }
    this.bytes[start - 1] = rest
  }

  finished(): Uint8Array {
    return this.bytes.slice(0, this.length)
  }

  #grow(more: number): void {
    const bytes = new Uint8Array(Math.max(this.bytes.length * 2, this.length + more))
    bytes.set(this.bytes.subarray(0, this.length))
    this.bytes = bytes
  }
}
