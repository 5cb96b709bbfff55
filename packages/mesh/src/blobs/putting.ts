// Bytes that become a blob while they come, with one chunk of them in memory.
import { type Cid, limits, readCid, VcpError } from '@vcp/protocol'
import type { Backing } from './backing.ts'
import type { BlobStore, PutOptions } from './blob-store.ts'
import { rethrowFull } from './disk-full.ts'
import { createTreeHasher, createWholeHasher, type NamedBlob } from './leaf-hasher.ts'
import type { Reservation, Room } from './room.ts'
import type { Shelf } from './shelf.ts'

/** Reserved at once while it is not known how much comes. */
const growBytes = 8_388_608

export interface PutParts {
  readonly backing: Backing
  readonly shelf: Shelf
  readonly room: Room
}

export function createPut({ backing, shelf, room }: PutParts): BlobStore['put'] {
  let puts = 0

  return async (source, options = {}) => {
    const hasher = options.shape === 'whole' ? createWholeHasher() : createTreeHasher()
    const bytesMax = bytesMaxOf(options)
    puts += 1
    const name = `put-${puts}`
    const reservation = await room.reserve(0)
    const draft = await backing.draft(name)
    let bytes = 0
    let reservedBytes = 0
    try {
      for await (const chunk of source) {
        const after = bytes + chunk.length
        if (after > bytesMax) throw tooLarge(bytesMax)
        if (after > reservedBytes) {
          reservedBytes += await growBy(reservation, after - reservedBytes)
        }
        hasher.update(chunk)
        await draft.write(bytes, chunk).catch(rethrowFull)
        reservation.written(chunk.length)
        bytes = after
      }
      const { cid, manifest } = named(hasher.finish(), options.cid)
      if (shelf.has(cid)) shelf.use(cid)
      else {
        await draft.keep(cid, manifest).catch(rethrowFull)
        shelf.add(cid, bytes)
      }
      return cid
    } finally {
      await draft.close()
      await backing.dropDraft(name)
      reservation.release()
    }
  }
}

/** In large steps, but where so much is not to be had, in as small a one as will do. */
async function growBy(reservation: Reservation, least: number): Promise<number> {
  const wanted = Math.max(least, growBytes)
  try {
    await reservation.grow(wanted)
    return wanted
  } catch (error) {
    if (wanted === least) throw error
    await reservation.grow(least)
    return least
  }
}

/** By the digest of all bytes, a name may be of any codec: whoever asks for one says which. */
function named(blob: NamedBlob, wanted: Cid | undefined): NamedBlob {
  const { cid, manifest } = blob
  if (wanted === undefined || wanted === cid) return blob
  const [ours, theirs] = [readCid(cid), readCid(wanted)]
  const isSame =
    ours.ok && theirs.ok && Buffer.compare(ours.value.sha256, theirs.value.sha256) === 0
  if (isSame && manifest.leaves === null) return { cid: wanted, manifest }
  throw new VcpError('BLOB_CORRUPT', {
    message: `the bytes are not those of ${wanted}`,
    details: { cid: wanted },
  })
}

function bytesMaxOf({ shape, bytesMax = Number.POSITIVE_INFINITY }: PutOptions): number {
  return Math.min(bytesMax, shape === 'whole' ? limits.blobWholeBytesMax : limits.blobBytesMax)
}

function tooLarge(bytesMax: number): VcpError {
  const message = `a blob of more than ${bytesMax} bytes`
  return new VcpError('TOO_LARGE', { message, details: { bytesMax } })
}
