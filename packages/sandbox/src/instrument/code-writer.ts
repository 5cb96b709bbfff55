// Writes the bodies of functions, and beside them which of the added branches are hardly ever
// taken. An engine that reads such hints moves what is behind these branches out of the way: a call
// of the host in the midst of a loop costs registers, even if it never happens. One that does not
// read them runs the same code.
import { ByteWriter } from '../module/byte-writer.ts'
import { NumberList } from '../module/growable.ts'

/** Bodies grow to less than 2^28 bytes. */
const SIZE_WIDTH = 4
const UNLIKELY = 0

export class CodeWriter extends ByteWriter {
  /** Where each body begins, and where an unlikely `if` or `br_if` stands. */
  readonly #bodies = new NumberList()
  readonly #unlikely = new NumberList()

  beginBody(): void {
    this.#bodies.push(this.leaveSize(SIZE_WIDTH))
  }

  endBody(): void {
    this.fillSize(this.#bodies.items[this.#bodies.length - 1]!, SIZE_WIDTH)
  }

  /** An `if` or `br_if`, with the byte behind it, that is hardly ever taken. */
  unlikely(opcode: number, operand: number): void {
    this.#unlikely.push(this.length)
    this.u8(opcode)
    this.u8(operand)
  }

  /** The content of a `metadata.code.branch_hint` section; bodies are numbered from `first` on. */
  writeHints(out: ByteWriter, first: number): void {
    const ends = this.#hintEnds()
    const from = (body: number) => (body === 0 ? 0 : ends[body - 1]!)
    out.u32(ends.reduce((count, end, body) => count + (end > from(body) ? 1 : 0), 0))
    for (let body = 0; body < ends.length; body++) {
      if (ends[body] === from(body)) continue
      out.u32(first + body)
      out.u32(ends[body]! - from(body))
      for (let hint = from(body); hint < ends[body]!; hint++) {
        out.u32(this.#unlikely.items[hint]! - this.#bodies.items[body]!)
        out.u32(1)
        out.u8(UNLIKELY)
      }
    }
  }

  /** By body, the number of hints up to its end. */
  #hintEnds(): Int32Array {
    const ends = new Int32Array(this.#bodies.length)
    let hint = 0
    for (let body = 0; body < ends.length; body++) {
      const isLast = body === ends.length - 1
      const end = isLast ? this.length : this.#bodies.items[body + 1]!
      while (hint < this.#unlikely.length && this.#unlikely.items[hint]! < end) hint++
      ends[body] = hint
    }
    return ends
  }
}
