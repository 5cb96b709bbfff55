// Who was ever started below the programs of a network, so that nobody is left when their program
// has ended.
import { readFileSync } from 'node:fs'
import { childrenOf, wordsOf } from '../bench/processes.ts'

export interface Census {
  /** Notes who is there now, below these. */
  take(roots: readonly number[]): void
  /** Those noted before who live on, although none of these is above them. */
  orphans(roots: readonly number[]): readonly string[]
}

export function createCensus(): Census {
  /** A pid is given again; with the tick of its start it is one process. */
  const known = new Map<number, string>()

  return {
    take(roots) {
      for (const pid of roots.flatMap((root) => [root, ...childrenOf(root)])) {
        const startedAt = startOf(pid)
        if (startedAt !== null) known.set(pid, startedAt)
      }
    },
    orphans(roots) {
      const below = new Set(roots.flatMap((root) => [root, ...childrenOf(root)]))
      return [...known].flatMap(([pid, startedAt]) => {
        if (startOf(pid) === startedAt) {
          return below.has(pid) ? [] : [[pid, ...wordsOf(pid).slice(1, 4)].join(' ').trimEnd()]
        }
        known.delete(pid)
        return []
      })
    },
  }
}

/** Null where it is gone, or only waits for its parent to take note of that. */
function startOf(pid: number): string | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
    return fields[0] === 'Z' ? null : (fields[19] ?? null)
  } catch {
    return null
  }
}
