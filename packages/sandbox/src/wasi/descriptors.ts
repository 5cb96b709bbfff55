// The file descriptors of a guest: the three standard streams at first, and never more, for nothing
// can be opened. They can be closed, and renumbered onto one another as `dup2` does.
import type { OutputStream } from './provider.ts'

export type Stream = 'stdin' | OutputStream

export interface Descriptors {
  stream(fd: number): Stream | null
  /** The stream that can be written to under this number, if it is one. */
  output(fd: number): OutputStream | null
  /** False where nothing was open. */
  close(fd: number): boolean
  /** Moves `from` to `to`, which must be open as well. False where one of them is not. */
  renumber(from: number, to: number): boolean
  /** The state, one letter a number: `ioe` at first, `-` for a closed one. */
  listing(): string
  /** Makes it what a listing says. */
  restore(listing: string): void
}

const letters = { stdin: 'i', stdout: 'o', stderr: 'e' } as const satisfies Record<Stream, string>

const byLetter = new Map<string, Stream>(
  Object.entries(letters).map(([name, one]) => [one, name as Stream]),
)

export function standardDescriptors(): Descriptors {
  const open: (Stream | null)[] = ['stdin', 'stdout', 'stderr']
  const stream = (fd: number) => open[fd] ?? null

  return {
    stream,
    output(fd) {
      const found = stream(fd)
      return found === 'stdin' ? null : found
    },
    close(fd) {
      if (stream(fd) === null) return false
      open[fd] = null
      return true
    },
    renumber(from, to) {
      const moved = stream(from)
      if (moved === null || stream(to) === null) return false
      open[from] = null
      open[to] = moved
      return true
    },
    listing: () => open.map((found) => (found === null ? '-' : letters[found])).join(''),
    restore(listing) {
      for (let fd = 0; fd < open.length; fd++) open[fd] = byLetter.get(listing.charAt(fd)) ?? null
    },
  }
}
