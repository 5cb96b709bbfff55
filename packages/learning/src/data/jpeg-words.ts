// The words that JPEG writes coefficients with: canonical Huffman codes, and bits between them.
import { badData } from './data-rejection.ts'

export interface HuffmanTable {
  /** By length: the first code, behind the last one, and where its words begin. */
  readonly first: Int32Array
  readonly end: Int32Array
  readonly begin: Int32Array
  readonly words: Uint8Array
}

export function huffmanTable(counts: Uint8Array, words: Uint8Array, name: string): HuffmanTable {
  const [first, end, begin] = [new Int32Array(17), new Int32Array(17), new Int32Array(17)]
  let [code, used] = [0, 0]
  for (let length = 1; length <= 16; length++) {
    const count = counts[length - 1]!
    first[length] = code
    end[length] = code + count
    begin[length] = used
    if (code + count > 2 ** length) badData(`${name} has a table of more codes than there are`)
    used += count
    code = (code + count) << 1
  }
  return { first, end, begin, words }
}

/** Reads the bits of a scan, up to the next marker. */
export class BitReader {
  readonly #bytes: Uint8Array
  readonly #name: string
  #at: number
  #byte = 0
  #left = 0

  constructor(bytes: Uint8Array, at: number, name: string) {
    this.#bytes = bytes
    this.#at = at
    this.#name = name
  }

  /** Where the bytes begin of which no bit was read. */
  get at(): number {
    return this.#at
  }

  bit(): number {
    if (this.#left === 0) {
      const byte = this.#bytes[this.#at]
      // A byte of ones is followed by a zero, so that markers are found without reading.
      if (byte === undefined || (byte === 0xff && this.#bytes[this.#at + 1] !== 0)) {
        return badData(`${this.#name} ends too early, or is damaged`)
      }
      this.#byte = byte
      this.#at += byte === 0xff ? 2 : 1
      this.#left = 8
    }
    this.#left -= 1
    return (this.#byte >> this.#left) & 1
  }

  bits(count: number): number {
    let value = 0
    for (let read = 0; read < count; read++) value = (value << 1) | this.bit()
    return value
  }

  /** A number of so many bits, of which the first says whether it is positive. */
  signed(count: number): number {
    if (count === 0) return 0
    const value = this.bits(count)
    return value >= 1 << (count - 1) ? value : value - (1 << count) + 1
  }

  word({ first, end, begin, words }: HuffmanTable): number {
    let code = 0
    for (let length = 1; length <= 16; length++) {
      code = (code << 1) | this.bit()
      if (code < end[length]!) return words[begin[length]! + code - first[length]!]!
    }
    return badData(`${this.#name} has a code that is in no table`)
  }

  /** Goes on behind the marker of a restart. */
  restart(): void {
    this.#left = 0
    const marker = this.#bytes[this.#at + 1] ?? 0
    if (this.#bytes[this.#at] !== 0xff || marker < 0xd0 || marker > 0xd7) {
      badData(`${this.#name} is damaged`)
    }
    this.#at += 2
  }
}
