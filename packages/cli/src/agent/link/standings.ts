// How it stands with each coordinator of the list, for people to see.
import type { ErrorCode, PeerId, VcpError } from '@vcp/protocol'
import type { Place } from './place.ts'
import type { Timers } from './timers.ts'

export interface Standing {
  readonly place: string
  readonly state: 'untried' | 'joined' | 'lost' | 'failed'
  readonly peerId: PeerId | null
  /** Why it is not joined; null where it is, or was not tried. */
  readonly reason: { readonly code: ErrorCode | null; readonly message: string } | null
  readonly sinceMs: number
}

export interface Standings {
  all(): readonly Standing[]
  joined(place: Place, peerId: PeerId): void
  lost(place: Place, why: 'lost' | 'forgotten'): void
  /** Whether that is news. */
  failed(place: Place, error: VcpError): boolean
  /** Whether every one has failed by such a code. */
  areAllFailedBy(codes: ReadonlySet<ErrorCode>): boolean
  onChange(listener: () => void): () => void
}

export function createStandings(
  places: readonly Place[],
  timers: Pick<Timers, 'nowMs'>,
): Standings {
  const listeners = new Set<() => void>()
  const standings = new Map<Place, Standing>()
  for (const place of places) set(place, 'untried', null, null)

  function set(
    place: Place,
    state: Standing['state'],
    peerId: PeerId | null,
    reason: Standing['reason'],
  ): void {
    const sinceMs = timers.nowMs()
    standings.set(place, { place: place.text, state, peerId, reason, sinceMs })
    for (const listener of listeners) listener()
  }

  return {
    all: () => [...standings.values()],
    joined: (place, peerId) => set(place, 'joined', peerId, null),
    lost(place, why) {
      const message = why === 'lost' ? 'the connection broke' : 'it does not know this node'
      set(place, 'lost', standings.get(place)?.peerId ?? null, { code: null, message })
    },
    failed(place, { code, message }) {
      const before = standings.get(place)
      const isNews = before?.state !== 'failed' || before.reason?.message !== message
      if (isNews) set(place, 'failed', null, { code, message })
      return isNews
    },
    areAllFailedBy: (codes) =>
      [...standings.values()].every(
        ({ state, reason }) => state === 'failed' && reason?.code != null && codes.has(reason.code),
      ),
    onChange(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  }
}
