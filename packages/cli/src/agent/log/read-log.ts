// Reads the files of a log from the end, and follows what is added, across the turn of a file.
import { closeSync, fstatSync, readSync, watch } from 'node:fs'
import { dirname } from 'node:path'
import { openOrNull, openTail } from './tail.ts'

const chunkBytes = 65_536

/** The last lines of files given from the oldest to the newest. */
export function lastLines(files: readonly string[], count: number): readonly string[] {
  let lines: readonly string[] = []
  for (const file of [...files].reverse()) {
    if (lines.length >= count) break
    lines = [...lastLinesOf(file, count - lines.length), ...lines]
  }
  return lines
}

/** Calls for every line that is added from now on, until the signal. */
export async function follow(
  file: string,
  onLine: (line: string) => void,
  signal: AbortSignal,
): Promise<void> {
  const tail = openTail(file)
  const look = () => {
    for (const line of tail.read()) onLine(line)
  }
  const watcher = watch(dirname(file), { signal }, look)
  try {
    // What was written between the opening and the watching.
    look()
    await new Promise<void>((resolve, reject) => {
      watcher.once('close', resolve)
      watcher.once('error', (error) => (signal.aborted ? resolve() : reject(error)))
    })
  } finally {
    tail.close()
  }
}

function lastLinesOf(file: string, count: number): readonly string[] {
  const handle = openOrNull(file)
  if (handle === null) return []
  try {
    let from = fstatSync(handle).size
    let bytes: Buffer = Buffer.alloc(0)
    let found = 0
    // One more than wanted: the first may be cut in half.
    while (from > 0 && found <= count) {
      const length = Math.min(chunkBytes, from)
      from -= length
      const chunk = Buffer.alloc(length)
      const taken = chunk.subarray(0, readSync(handle, chunk, 0, length, from))
      bytes = Buffer.concat([taken, bytes])
      found += taken.filter((byte) => byte === 0x0a).length
    }
    const lines = bytes.toString('utf8').split('\n')
    if (lines.at(-1) === '') lines.pop()
    return count === 0 ? [] : lines.slice(-count)
  } finally {
    closeSync(handle)
  }
}
