// Files that stay open for a moment after they were read: a blob is asked for piece by piece, and
// opening its file and closing it for each took as long as reading the piece.
import type { FileHandle } from 'node:fs/promises'

export interface OpenFiles<Name> {
  /** Null where there is no such file. Whoever opens one closes it, once. */
  open(name: Name): Promise<OpenFile | null>
  /** Before a file is removed: nobody gets it after this, and who has it may read on. */
  forget(name: Name): Promise<void>
}

export interface OpenFile {
  readonly handle: FileHandle
  close(): Promise<void>
}

export interface Lingering {
  readonly ms: number
  /** More than so many do not linger: a process may have only so many files open. */
  readonly filesMax: number
}

interface Shared {
  readonly handle: Promise<FileHandle | null>
  readers: number
  timer?: NodeJS.Timeout
}

export function createOpenFiles<Name>(
  open: (name: Name) => Promise<FileHandle | null>,
  lingering: Lingering = { ms: 1_000, filesMax: 64 },
): OpenFiles<Name> {
  const files = new Map<Name, Shared>()

  function sharedAs(name: Name): Shared {
    const known = files.get(name)
    if (known !== undefined) return known
    const file = { handle: open(name), readers: 0 }
    files.set(name, file)
    return file
  }

  function drop(name: Name, file: Shared): void {
    if (files.get(name) === file) files.delete(name)
  }

  async function left(name: Name, file: Shared): Promise<void> {
    file.readers -= 1
    if (file.readers > 0) return
    const isForgotten = files.get(name) !== file
    if (isForgotten || files.size > lingering.filesMax) {
      drop(name, file)
      return end(file)
    }
    file.timer = setTimeout(() => {
      drop(name, file)
      end(file).catch(() => 'nothing was written to it that could be lost')
    }, lingering.ms).unref()
  }

  return {
    async open(name) {
      const file = sharedAs(name)
      clearTimeout(file.timer)
      file.readers += 1
      const handle = await file.handle.catch((error) => {
        drop(name, file)
        throw error
      })
      if (handle !== null) return { handle, close: () => left(name, file) }
      drop(name, file)
      return null
    },
    async forget(name) {
      const file = files.get(name)
      if (file === undefined) return
      drop(name, file)
      clearTimeout(file.timer)
      if (file.readers === 0) await end(file)
    },
  }
}

async function end({ handle }: Shared): Promise<void> {
  await (await handle)?.close()
}
