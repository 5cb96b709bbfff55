// Room before bytes: nothing is written that was not reserved, and nothing is reserved that the
// quota or the disk has not. One reservation at a time, so that two cannot count on the same room.
import { type Cid, VcpError } from '@vcp/protocol'
import type { Shelf } from './shelf.ts'

/** A kind of thing that takes room and may go. */
export interface Place {
  readonly shelf: Shelf
  /** Takes off the disk what is off the shelf. */
  readonly drop: (cid: Cid) => Promise<void>
}

export interface RoomParts {
  /** In the order in which they are cleared. */
  readonly places: readonly Place[]
  readonly bytesMax: number
  /** What the disk keeps for others. */
  readonly freeBytesMin: number
  readonly freeBytes: () => Promise<number>
  /** Gives back to the disk what is taken for nothing. */
  readonly reclaim?: (() => Promise<void>) | undefined
}

export interface Reservation {
  /** So many bytes more. Fails with `STORE_FULL` or `DISK_FULL`; then nothing was reserved. */
  grow(bytes: number): Promise<void>
  /** So many of the reserved bytes are on the disk now. */
  written(bytes: number): void
  /** What was reserved is a blob on the shelf, or nothing any more. */
  release(): void
}

export interface Room {
  reserve(bytes: number): Promise<Reservation>
}

export function createRoom({ places, bytesMax, freeBytesMin, ...disk }: RoomParts): Room {
  let reserved = 0
  let unwritten = 0
  let last: Promise<unknown> = Promise.resolve()

  async function take(bytes: number): Promise<void> {
    // Looked at only where something has to go: that asks every blob there is.
    let mayGo: number | null = null
    const idle = idleOf(places)
    for (let gone = 0; ; ) {
      const overQuota = sumOf(places, (shelf) => shelf.bytes) + reserved + bytes - bytesMax
      // The quota first: it says no without asking the disk.
      const overDisk = overQuota > 0 ? 0 : await overDiskBy(unwritten + bytes + freeBytesMin)
      const missing = Math.max(overQuota, overDisk)
      if (missing <= 0) break
      mayGo ??= sumOf(places, ({ idleBytes }) => idleBytes)
      // Before anything goes: what cannot be had must not cost what is there.
      const next = missing <= mayGo - gone ? idle.next() : null
      if (next === null || next.done === true) throw full(overQuota > 0, missing)
      const { place, cid } = next.value
      const before = place.shelf.bytes
      place.shelf.remove(cid)
      gone += before - place.shelf.bytes
      await place.drop(cid)
    }
    reserved += bytes
    unwritten += bytes
  }

  async function overDiskBy(bytes: number): Promise<number> {
    const over = bytes - (await disk.freeBytes())
    if (over <= 0 || disk.reclaim === undefined) return over
    await disk.reclaim()
    return bytes - (await disk.freeBytes())
  }

  function full(isQuota: boolean, missing: number): VcpError {
    const what = isQuota ? `the quota of ${bytesMax} bytes` : 'the disk'
    const message = `${what} has ${missing} bytes too few, and no blob may go`
    return new VcpError(isQuota ? 'STORE_FULL' : 'DISK_FULL', { message, details: { missing } })
  }

  return {
    async reserve(bytes) {
      let own = 0
      let ownUnwritten = 0
      const grow = async (more: number) => {
        const taken = last.then(() => take(more))
        // Whoever comes next waits for this one's end, whatever it was.
        last = taken.then(
          () => undefined,
          () => undefined,
        )
        await taken
        own += more
        ownUnwritten += more
      }
      await grow(bytes)
      return {
        grow,
        written(count) {
          ownUnwritten -= count
          unwritten -= count
        },
        release() {
          reserved -= own
          unwritten -= ownUnwritten
          own = 0
          ownUnwritten = 0
        },
      }
    },
  }
}

function* idleOf(places: readonly Place[]): Generator<{ place: Place; cid: Cid }, void> {
  for (const place of places) for (const cid of place.shelf.idle()) yield { place, cid }
}

function sumOf(places: readonly Place[], bytesOf: (shelf: Shelf) => number): number {
  return places.reduce((sum, { shelf }) => sum + bytesOf(shelf), 0)
}
