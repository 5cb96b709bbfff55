// Small blobs on their way into a store: those that come while others are being written wait, and
// are written together.
import type { Cid } from '@vcp/protocol'
import type { PutParts } from './putting.ts'
import type { SmallBlob } from './small-blobs.ts'

export type PutSmall = (cid: Cid, bytes: Uint8Array) => Promise<void>

interface Waiting extends SmallBlob {
  readonly done: PromiseWithResolvers<void>
}

export function createSmallPuts({ backing, shelf, room }: PutParts): PutSmall {
  let waiting: Waiting[] = []
  let isWriting = false

  async function drain(): Promise<void> {
    if (isWriting) return
    isWriting = true
    while (waiting.length > 0) {
      const together = waiting
      waiting = []
      await write(together)
    }
    isWriting = false
  }

  async function write(together: readonly Waiting[]): Promise<void> {
    const bytes = together.reduce((sum, each) => sum + each.bytes.length, 0)
    try {
      const reservation = await room.reserve(bytes)
      try {
        await backing.keepSmall!(together)
        for (const each of together) shelf.add(each.cid, each.bytes.length)
      } finally {
        reservation.release()
      }
    } catch (error) {
      // What there is no room for together, there may be room for in part.
      if (together.length > 1) for (const each of together) await write([each])
      else together[0]!.done.reject(error)
      return
    }
    for (const { done } of together) done.resolve()
  }

  return (cid, bytes) => {
    const done = Promise.withResolvers<void>()
    waiting.push({ cid, bytes, done })
    void drain()
    return done.promise
  }
}
