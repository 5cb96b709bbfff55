// A blob that comes in pieces, from wherever they come.
import { createHash } from 'node:crypto'
import { type Cid, limits, type Outcome, pass, refuse, VcpError } from '@vcp/protocol'
import type { Backing, Draft } from './backing.ts'
import type { Receiving } from './blob-store.ts'
import { rethrowFull } from './disk-full.ts'
import { isWholeRight } from './leaf-hasher.ts'
import { isPieceRight, type Manifest, type Piece, piecesOf } from './manifest.ts'
import type { Reservation, Room } from './room.ts'
import type { Shelf } from './shelf.ts'

export interface ReceivingParts {
  readonly backing: Backing
  readonly shelf: Shelf
  readonly drafts: Shelf
  readonly room: Room
  /** What is being received: two would write the same draft. */
  readonly open: Set<Cid>
}

export async function receiveBlob(
  parts: ReceivingParts,
  cid: Cid,
  manifest: Manifest,
): Promise<Receiving> {
  const { open, drafts, backing } = parts
  if (open.has(cid)) throw new VcpError('CONFLICT', { message: `${cid} is being received already` })
  open.add(cid)
  try {
    drafts.remove(cid)
    // Without leaves nobody can say which part of a draft is right: it begins anew.
    if (manifest.leaves === null) await backing.dropDraft(cid)
    const reservation = await parts.room.reserve(manifest.bytes)
    const draft = await backing.draft(cid)
    const missing = await missingOf(draft, manifest)
    reservation.written(manifest.bytes - missing.reduce((sum, { length }) => sum + length, 0))
    return receivingInto(parts, cid, manifest, { draft, missing, reservation })
  } catch (error) {
    open.delete(cid)
    throw error
  }
}

interface Begun {
  readonly draft: Draft
  readonly missing: readonly Piece[]
  readonly reservation: Reservation
}

function receivingInto(
  { backing, shelf, drafts, open }: ReceivingParts,
  cid: Cid,
  manifest: Manifest,
  { draft, missing, reservation }: Begun,
): Receiving {
  const owed = new Set(missing.map(({ offset }) => offset))

  async function end(isOfUse: boolean): Promise<void> {
    if (!open.delete(cid)) return
    await draft.close()
    if (isOfUse) drafts.add(cid, manifest.bytes)
    else await backing.dropDraft(cid)
    reservation.release()
  }

  return {
    missing,
    async write(offset, bytes) {
      if (!isPieceRight(manifest, offset, bytes)) return corrupt(cid)
      await draft.write(offset, bytes).catch(rethrowFull)
      if (owed.delete(offset)) reservation.written(bytes.length)
      return pass(null)
    },
    async commit() {
      if (owed.size > 0) throw new RangeError(`${owed.size} pieces of ${cid} are missing`)
      if (manifest.leaves === null && !(await isRight(draft, cid, manifest))) {
        await end(false)
        return corrupt(cid)
      }
      await draft.keep(cid, manifest).catch(rethrowFull)
      shelf.add(cid, manifest.bytes)
      await end(false)
      return pass(null)
    },
    abandon: () => end(manifest.leaves !== null && owed.size < piecesOf(manifest).length),
  }
}

function corrupt(cid: Cid): Outcome<null> {
  return refuse('BLOB_CORRUPT', `not the bytes of ${cid}`)
}

async function missingOf(draft: Draft, manifest: Manifest): Promise<readonly Piece[]> {
  const pieces = piecesOf(manifest)
  if (draft.bytes === 0) return pieces
  const missing: Piece[] = []
  for (const piece of pieces) {
    const bytes = await draft.readAt(piece.offset, piece.length)
    const isThere = bytes.length === piece.length && isPieceRight(manifest, piece.offset, bytes)
    if (!isThere) missing.push(piece)
  }
  return missing
}

async function isRight(draft: Draft, cid: Cid, { bytes }: Manifest): Promise<boolean> {
  const hash = createHash('sha256')
  for (let at = 0; at < bytes; at += limits.blobPieceBytesMax) {
    hash.update(await draft.readAt(at, Math.min(limits.blobPieceBytesMax, bytes - at)))
  }
  return isWholeRight(cid, hash.digest())
}
