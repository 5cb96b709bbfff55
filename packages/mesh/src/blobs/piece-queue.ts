// Which piece is asked of whom. Each source takes the next one when it has room for it, so that a
// fast source gets most of them; when none is left, what a slow source still owes is asked of
// another, and the first to bring it wins.
import type { PeerId } from '@vcp/protocol'
import type { Piece } from './manifest.ts'

export interface PieceQueue {
  /** The next piece for a source, or null where there is nothing it could help with now. */
  take(source: PeerId): Piece | null
  /** The piece is here; false where another source was faster. */
  done(piece: Piece): boolean
  /** The source did not bring it: others may. */
  failed(piece: Piece, source: PeerId): void
  readonly left: number
  /** Resolves when there may be something to take again, nothing is left, or it was woken. */
  changed(): Promise<void>
  wake(): void
}

/** How many sources are asked for one piece at the same time. */
const askedMax = 2

export function createPieceQueue(pieces: readonly Piece[]): PieceQueue {
  const waiting = [...pieces]
  const asked = new Map<Piece, Set<PeerId>>()
  let left = pieces.length
  let change = Promise.withResolvers<void>()

  function tell(): void {
    change.resolve()
    change = Promise.withResolvers()
  }

  return {
    take(source) {
      const next = waiting.shift()
      if (next !== undefined) {
        asked.set(next, new Set([source]))
        return next
      }
      // The one asked for first has been owed for longest.
      for (const [piece, sources] of asked) {
        if (sources.size < askedMax && !sources.has(source)) {
          sources.add(source)
          return piece
        }
      }
      return null
    },
    done(piece) {
      if (!asked.delete(piece)) return false
      left -= 1
      if (left === 0) tell()
      return true
    },
    failed(piece, source) {
      const sources = asked.get(piece)
      if (sources === undefined) return
      sources.delete(source)
      if (sources.size === 0) {
        asked.delete(piece)
        waiting.unshift(piece)
      }
      tell()
    },
    get left() {
      return left
    },
    changed: () => change.promise,
    wake: tell,
  }
}
