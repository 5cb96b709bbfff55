// Which blobs a store holds, who holds on to them, and which goes next. In memory; a store on disk
// reads it back from its files when it opens.
import { type Cid, VcpError } from '@vcp/protocol'
import type { Usage } from './blob-store.ts'
import { notHere } from './reading.ts'

export interface Shelf {
  add(cid: Cid, bytes: number, holders?: Iterable<string>): void
  has(cid: Cid): boolean
  /** Marks it as used now. */
  use(cid: Cid): void
  pin(cid: Cid, holder: string): void
  unpin(cid: Cid, holder: string): void
  remove(cid: Cid): void
  holders(cid: Cid): readonly string[]
  /** Whether anybody holds on to it. */
  isHeld(cid: Cid): boolean
  bytesOf(cid: Cid): number | null
  /** What may go, the least recently used first. */
  idle(): IterableIterator<Cid>
  readonly bytes: number
  /** The bytes of what may go. */
  readonly idleBytes: number
  usage(bytesMax: number): Usage
}

interface Held {
  readonly bytes: number
  readonly holders: Set<string>
}

/** `isHeldElsewhere`: what is held for reasons that are not written down here. */
export function createShelf(isHeldElsewhere: (cid: Cid) => boolean = () => false): Shelf {
  // In the order of use: a map keeps the order of insertion.
  const held = new Map<Cid, Held>()
  let bytesHeld = 0

  const mayGo = (cid: Cid, { holders }: Held) => holders.size === 0 && !isHeldElsewhere(cid)

  function* idle(): IterableIterator<Cid> {
    for (const [cid, entry] of held) if (mayGo(cid, entry)) yield cid
  }

  function idleBytes(): number {
    let bytes = 0
    for (const [cid, entry] of held) if (mayGo(cid, entry)) bytes += entry.bytes
    return bytes
  }

  function heldAs(cid: Cid): Held {
    const entry = held.get(cid)
    if (entry === undefined) throw notHere(cid)
    return entry
  }

  return {
    add(cid, bytes, holders = []) {
      if (held.has(cid)) return
      held.set(cid, { bytes, holders: new Set(holders) })
      bytesHeld += bytes
    },
    has: (cid) => held.has(cid),
    use(cid) {
      const entry = heldAs(cid)
      held.delete(cid)
      held.set(cid, entry)
    },
    pin: (cid, holder) => void heldAs(cid).holders.add(checkHolder(holder)),
    unpin: (cid, holder) => void held.get(cid)?.holders.delete(holder),
    remove(cid) {
      bytesHeld -= held.get(cid)?.bytes ?? 0
      held.delete(cid)
    },
    holders: (cid) => [...(held.get(cid)?.holders ?? [])],
    isHeld(cid) {
      const entry = held.get(cid)
      return entry !== undefined && !mayGo(cid, entry)
    },
    bytesOf: (cid) => held.get(cid)?.bytes ?? null,
    idle,
    get bytes() {
      return bytesHeld
    },
    get idleBytes() {
      return idleBytes()
    },
    usage: (bytesMax) => ({
      blobs: held.size,
      bytes: bytesHeld,
      bytesMax,
      pinnedBytes: bytesHeld - idleBytes(),
    }),
  }
}

/** A holder's name is the name of a file too. */
export function checkHolder(holder: string): string {
  if (/^[a-z0-9][a-z0-9-]{0,63}$/.test(holder)) return holder
  throw new VcpError('INVALID', { message: `${holder} is no name of a holder: use a-z, 0-9 and -` })
}
