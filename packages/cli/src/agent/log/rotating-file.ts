// A file that stays small: when it is full it becomes `agent.1.log`, the one before it
// `agent.2.log`, and the oldest goes. What is written is there at once, also after a crash.
import { closeSync, fstatSync, openSync, renameSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'

export interface RotatingFile {
  readonly path: string
  /** Appends. A disk without room costs the text, not the program. */
  write(text: string): void
  close(): void
}

export interface RotatingFileOptions {
  readonly folder: string
  /** `agent` makes `agent.log`. */
  readonly name: string
  readonly bytesMax: number
  /** Full files beside the one that is written. */
  readonly filesKept: number
}

export function openRotatingFile(options: RotatingFileOptions): RotatingFile {
  const { bytesMax } = options
  const path = pathOf(options, 0)
  let file = openSync(path, 'a', 0o600)
  let bytes = fstatSync(file).size
  /** Texts that were lost since the last one that was not. */
  let lost = 0

  function append(text: string): void {
    const buffer = Buffer.from(text)
    if (bytes > 0 && bytes + buffer.length > bytesMax) {
      closeSync(file)
      rotate(options)
      file = openSync(path, 'a', 0o600)
      bytes = fstatSync(file).size
    }
    bytes += writeSync(file, buffer)
  }

  return {
    path,
    write(text) {
      try {
        append(lost === 0 ? text : `${lostLine(lost)}${text}`)
        lost = 0
      } catch (error) {
        if (!isOutOfRoom(error)) throw error
        lost += 1
      }
    },
    close: () => closeSync(file),
  }
}

/** The files of a log, the oldest first; some may not be there. */
export function filesOf(options: Omit<RotatingFileOptions, 'bytesMax'>): readonly string[] {
  return Array.from({ length: options.filesKept + 1 }, (_, i) =>
    pathOf(options, options.filesKept - i),
  )
}

function rotate(options: RotatingFileOptions): void {
  const { filesKept } = options
  rmSync(pathOf(options, filesKept), { force: true })
  for (let number = filesKept; number > 0; number--) {
    try {
      renameSync(pathOf(options, number - 1), pathOf(options, number))
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    }
  }
}

function pathOf({ folder, name }: Pick<RotatingFileOptions, 'folder' | 'name'>, number: number) {
  return join(folder, number === 0 ? `${name}.log` : `${name}.${number}.log`)
}

function lostLine(count: number): string {
  const fields = { level: 'warning', message: 'lines of the log were lost: no room', count }
  return `${JSON.stringify(fields)}\n`
}

function isOutOfRoom(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException
  return code === 'ENOSPC' || code === 'EDQUOT'
}
