// The bytes of a task's parts, out of their files, or out of what a parent writes into a child's
// standard input, taken in pieces as large as they come. The child has nothing else to do
// meanwhile. A stream gives pieces of 64 KB and copies each of them twice: adding up large updates
// took eight times as long. Nothing else may touch `process.stdin`, which would take bytes for
// itself.
import { closeSync, openSync, readSync } from 'node:fs'
import { VcpError } from '@vcp/protocol'
import type { Part } from './aggregator-messages.ts'

export interface PartReader {
  /**
   * Fails with `BLOB_UNAVAILABLE` where a file is gone or too short; throws when the other end of
   * the pipe closes before.
   */
  fill(bytes: Uint8Array, part: Part): void
}

export function openPartReader(pipe: number): PartReader {
  return {
    fill(bytes, { file }) {
      if (file !== null) fillFromFile(bytes, file)
      else if (!fillFrom(pipe, bytes)) throw new RangeError('the pipe ends too early')
    },
  }
}

function fillFromFile(bytes: Uint8Array, file: string): void {
  let descriptor: number | null = null
  try {
    descriptor = openSync(file, 'r')
    if (fillFrom(descriptor, bytes)) return
  } catch (cause) {
    const message = `it cannot be read: ${(cause as Error).message}`
    throw new VcpError('BLOB_UNAVAILABLE', { message, cause })
  } finally {
    if (descriptor !== null) closeSync(descriptor)
  }
  throw new VcpError('BLOB_UNAVAILABLE', {
    message: `${file} has fewer than ${bytes.length} bytes`,
  })
}

/** Whether there were enough. */
function fillFrom(descriptor: number, bytes: Uint8Array): boolean {
  for (let filled = 0; filled < bytes.length; ) {
    const came = readSync(descriptor, bytes, filled, bytes.length - filled, null)
    if (came === 0) return false
    filled += came
  }
  return true
}
