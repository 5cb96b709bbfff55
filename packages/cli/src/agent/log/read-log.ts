// Reads the files of a log from the end, and follows what is added, across the turn of a file.
import { closeSync, fstatSync, openSync, readSync, watch } from 'node:fs'
import { dirname } from 'node:path'

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
  let handle = openOrNull(file)
  let offset = handle === null ? 0 : fstatSync(handle).size
  let rest = ''

  function read(): void {
    handle ??= openOrNull(file)
    if (handle === null) return
    const taken = readFrom(handle, offset)
    offset += taken.length
    const lines = `${rest}${taken.toString('utf8')}`.split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) onLine(line)
  }

  function look(): void {
    read()
    if (handle === null || !isTurned(file, handle)) return
    closeSync(handle)
    handle = null
    offset = 0
    read()
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
    if (handle !== null) closeSync(handle)
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

function openOrNull(file: string): number | null {
  try {
    return openSync(file, 'r')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
}
