// What a parent writes into a child's standard input, taken in pieces as large as they come. The
// child has nothing else to do meanwhile. A stream gives pieces of 64 KB and copies each of them
// twice: adding up large updates took eight times as long. Nothing else may touch `process.stdin`,
// which would take bytes for itself.
import { readSync } from 'node:fs'

export interface BlockingPipe {
  /** Throws when the other end closes before. */
  fill(bytes: Uint8Array): void
}

export function openBlockingPipe(descriptor: number): BlockingPipe {
  return {
    fill(bytes) {
      for (let filled = 0; filled < bytes.length; ) {
        const came = readSync(descriptor, bytes, filled, bytes.length - filled, null)
        if (came === 0) throw new RangeError('the pipe ends too early')
        filled += came
      }
    },
  }
}
