// Bytes that only grow, in one piece: many small writes kept apart would cost more memory in
// bookkeeping than they hold.

import { allocate } from '../host-fault.ts'

export interface OutputBuffer {
  append(bytes: Uint8Array): void
  /** Writes over what was appended, or goes on; bytes beyond a gap are not kept. */
  put(at: number, bytes: Uint8Array): void
  /** All of them; valid until the next append. */
  readonly bytes: Uint8Array
}

const CAPACITY_FIRST = 4_096

export function outputBuffer(): OutputBuffer {
  let buffer = new Uint8Array(0)
  let length = 0

  function put(at: number, bytes: Uint8Array): void {
    if (at > length) return
    const needed = at + bytes.length
    if (needed > buffer.length) {
      const larger = allocate(Math.max(needed, buffer.length * 2, CAPACITY_FIRST))
      larger.set(buffer.subarray(0, length))
      buffer = larger
    }
    buffer.set(bytes, at)
    length = Math.max(length, needed)
  }

  return {
    append: (bytes) => put(length, bytes),
    put,
    get bytes() {
      return buffer.subarray(0, length)
    },
  }
}
