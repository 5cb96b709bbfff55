// Bytes that become a blob while they come, with one chunk of them in memory.
import { type Cid, limits, readCid, VcpError } from '@vcp/protocol'
import type { Backing } from './backing.ts'
import type { BlobStore, PutOptions } from './blob-store.ts'
import { rethrowFull } from './disk-full.ts'
import { createTreeHasher, createWholeHasher, type NamedBlob } from './leaf-hasher.ts'
import type { Manifest } from './manifest.ts'
import type { Reservation, Room } from './room.ts'
import type { Shelf } from './shelf.ts'
import { createSmallPuts } from './small-puts.ts'

/** Reserved at once while it is not known how much comes. */
const growBytes = 8_388_608

export interface PutParts {
  readonly backing: Backing
  readonly shelf: Shelf
  readonly room: Room
}

export function createPut({ backing, shelf, room }: PutParts): BlobStore['put'] {
  let puts = 0

  const putSmall = createSmallPuts({ backing, shelf, room })

  async function begin(): Promise<Drafted> {
    puts += 1
    const name = `put-${puts}`
    const reservation = await room.reserve(0)
    const draft = await backing.draft(name)
    let bytes = 0
    let reservedBytes = 0
    return {
      async write(chunk) {
        const after = bytes + chunk.length
        if (after > reservedBytes) {
          reservedBytes += await growBy(reservation, after - reservedBytes)
        }
        await draft.write(bytes, chunk).catch(rethrowFull)
        reservation.written(chunk.length)
        bytes = after
      },
      async keep(cid, manifest) {
        await draft.keep(cid, manifest).catch(rethrowFull)
        shelf.add(cid, bytes)
      },
      async end() {
        await draft.close()
        await backing.dropDraft(name)
        reservation.release()
      },
    }
  }

  return async (source, options = {}) => {
    const hasher = options.shape === 'whole' ? createWholeHasher() : createTreeHasher()
    const bytesMax = bytesMaxOf(options)
    /** In memory, for as long as it may be a small one. */
    const early: Uint8Array[] = []
    let drafted: Drafted | null = null
    let bytes = 0
    try {
      for await (const chunk of source) {
        bytes += chunk.length
        if (bytes > bytesMax) throw tooLarge(bytesMax)
        hasher.update(chunk)
        if (drafted === null && bytes <= backing.smallBytesMax) {
          early.push(chunk)
          continue
        }
        drafted ??= await begin()
        for (const part of early.splice(0)) await drafted.write(part)
        await drafted.write(chunk)
      }
      const { cid, manifest } = named(hasher.finish(), options.cid)
      if (shelf.has(cid)) shelf.use(cid)
      else if (drafted === null && backing.smallBytesMax > 0) {
        await putSmall(cid, Buffer.concat(early))
      } else {
        drafted ??= await begin()
        await drafted.keep(cid, manifest)
      }
      return cid
    } finally {
      await drafted?.end()
    }
  }
}

/** A blob that is being written, with the room that it takes. */
interface Drafted {
  write(chunk: Uint8Array): Promise<void>
  keep(cid: Cid, manifest: Manifest): Promise<void>
  end(): Promise<void>
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
