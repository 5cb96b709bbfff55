/** Bytes in the order they came, taken by count; copied once, and not where one chunk will do. */
export interface ByteQueue {
  readonly length: number
  push(chunk: Uint8Array): void
  /** `count` bytes, of which there must be that many. */
  take(count: number): Uint8Array
}

export function createByteQueue(): ByteQueue {
  let chunks: Uint8Array[] = []
  let length = 0

  return {
    get length() {
      return length
    },
    push(chunk) {
      chunks.push(chunk)
      length += chunk.length
    },
    take(count) {
      length -= count
      const [first] = chunks
      if (first !== undefined && first.length > count) {
        chunks[0] = first.subarray(count)
        return first.subarray(0, count)
      }
      const bytes = Buffer.allocUnsafeSlow(count)
      let at = 0
      let used = 0
      while (at < count) {
        const chunk = chunks[used]!
        const part = chunk.subarray(0, count - at)
        bytes.set(part, at)
        at += part.length
        if (part.length === chunk.length) used += 1
        else chunks[used] = chunk.subarray(part.length)
      }
      chunks = chunks.slice(used)
      return bytes
    },
  }
}
