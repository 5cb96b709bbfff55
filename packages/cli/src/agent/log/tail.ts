// What is added to a file, across the turn of a rotating one.
import { closeSync, fstatSync, openSync, readSync } from 'node:fs'

export interface Tail {
  /** Whole lines since the last look. */
  read(): readonly string[]
  close(): void
}

const chunkBytes = 65_536

/** From the end that the file has now; it may not be there yet. */
export function openTail(file: string): Tail {
  let handle = openOrNull(file)
  let offset = handle === null ? 0 : fstatSync(handle).size
  let rest = ''

  function readOn(): string[] {
    handle ??= openOrNull(file)
    if (handle === null) return []
    const taken = readFrom(handle, offset)
    offset += taken.length
    const lines = `${rest}${taken.toString('utf8')}`.split('\n')
    rest = lines.pop() ?? ''
    return lines
  }

  return {
    read() {
      const lines = readOn()
      if (handle === null || !isTurned(file, handle)) return lines
      closeSync(handle)
      handle = null
      offset = 0
      return [...lines, ...readOn()]
    },
    close() {
      if (handle !== null) closeSync(handle)
    },
  }
}

function readFrom(handle: number, offset: number): Buffer {
  const chunks: Buffer[] = []
  for (let at = offset; ; ) {
    const chunk = Buffer.alloc(chunkBytes)
    const taken = readSync(handle, chunk, 0, chunkBytes, at)
    if (taken === 0) return Buffer.concat(chunks)
    chunks.push(chunk.subarray(0, taken))
    at += taken
  }
}

/** Whether the name leads to another file now. */
function isTurned(file: string, handle: number): boolean {
  const now = openOrNull(file)
  if (now === null) return true
  try {
    return fstatSync(now).ino !== fstatSync(handle).ino
  } finally {
    closeSync(now)
  }
}

export function openOrNull(file: string): number | null {
  try {
    return openSync(file, 'r')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
}
