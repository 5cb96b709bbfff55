// Reads numbers and names, never past its end. A count that a module claims is never allocated for.
import { within } from './bounds.ts'
import { Refused } from './rejection.ts'

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

export class Reader {
  readonly bytes: Uint8Array
  pos: number
  end: number

  constructor(bytes: Uint8Array, pos = 0, end = bytes.length) {
    this.bytes = bytes
    this.pos = pos
    this.end = end
  }

  get done(): boolean {
    return this.pos >= this.end
  }

  u8(): number {
    if (this.pos >= this.end) throw truncated(this.end)
    return this.bytes[this.pos++]!
  }

  /** An unsigned number of 32 bits in LEB128: at most five bytes, the last without stray bits. */
  u32(): number {
    const first = this.u8()
    return first < 0x80 ? first : this.#restOfU32(first & 0x7f)
  }

  /** A count of things that take at least one byte each, so it cannot exceed what is left. */
  count(): number {
    const at = this.pos
    const count = this.u32()
    if (count > this.end - this.pos) {
      throw new Refused('MALFORMED_TRUNCATED', `${count} items claimed, too few bytes left`, at)
    }
    return count
  }

  /** Steps over a signed number of 32 or 64 bits in LEB128. */
  skipSigned(bits: 32 | 64): void {
    const start = this.pos
    const bytesMax = bits === 32 ? 5 : 10
    for (let count = 1; count <= bytesMax; count++) {
      const byte = this.u8()
      if (byte >= 0x80) continue
      if (count === bytesMax && !signExtends(byte, bits)) break
      return
    }
    throw new Refused('MALFORMED_LEB', `no signed number of ${bits} bits`, start)
  }

  skip(count: number): void {
    if (count > this.end - this.pos) throw truncated(this.end)
    this.pos += count
  }

  name(): string {
    const length = this.u32()
    within('nameBytes', length, this.pos)
    const start = this.pos
    this.skip(length)
    try {
      return utf8.decode(this.bytes.subarray(start, this.pos))
    } catch {
      throw new Refused('MALFORMED_NAME', 'a name is not UTF-8', start)
    }
  }

  #restOfU32(low: number): number {
    const start = this.pos - 1
    let value = low
    for (let shift = 7; shift <= 28; shift += 7) {
      const byte = this.u8()
      if (shift === 28 && byte > 0x0f) break
      value += (byte & 0x7f) * 2 ** shift
      if (byte < 0x80) return value
    }
    throw new Refused('MALFORMED_LEB', 'no unsigned number of 32 bits', start)
  }
}

/** Whether the unused bits of the last byte repeat the sign bit. */
function signExtends(byte: number, bits: 32 | 64): boolean {
  // Five bytes hold 35 bits, ten hold 70: the last byte has 4 bits of the number, or 1.
  const rest = bits === 32 ? 0x78 : 0x7f
  return (byte & rest) === 0 || (byte & rest) === rest
}

function truncated(end: number): Refused {
  return new Refused('MALFORMED_TRUNCATED', 'the bytes end too early', end)
}
