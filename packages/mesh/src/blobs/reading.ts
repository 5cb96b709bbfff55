// Reading a blob, checked or not, from anything that gives bytes at an offset.
import { createHash } from 'node:crypto'
import { type Cid, limits, VcpError } from '@vcp/protocol'
import type { ReadOptions } from './blob-store.ts'
import { isWholeRight } from './leaf-hasher.ts'
import { isPieceRight, type Manifest } from './manifest.ts'

export type ReadAt = (offset: number, length: number) => Promise<Uint8Array>

/** Bytes of a blob in chunks of at most one piece. */
export async function* readBlob(
  cid: Cid,
  manifest: Manifest,
  readAt: ReadAt,
  { offset = 0, length = manifest.bytes - offset, isChecked = false }: ReadOptions,
): AsyncIterable<Uint8Array> {
  const end = offset + length
  if (offset < 0 || length < 0 || end > manifest.bytes) {
    const message = `bytes ${offset} to ${end} of a blob of ${manifest.bytes}`
    throw new VcpError('INVALID', { message, details: { cid } })
  }
  if (isChecked && manifest.leaves === null) await checkWhole(cid, manifest, readAt)
  const { blobLeafBytes, blobPieceBytesMax } = limits
  // Checked, from the beginning of a leaf to the end of one; what was not asked for is cut off.
  const isByLeaf = isChecked && manifest.leaves !== null
  const from = isByLeaf ? offset - (offset % blobLeafBytes) : offset
  const to = isByLeaf ? Math.ceil(end / blobLeafBytes) * blobLeafBytes : end
  for (let at = from; at < Math.min(to, manifest.bytes); at += blobPieceBytesMax) {
    const count = Math.min(blobPieceBytesMax, to - at, manifest.bytes - at)
    const bytes = await readAt(at, count)
    if (isByLeaf && !isPieceRight(manifest, at, bytes)) throw corrupt(cid)
    yield bytes.subarray(Math.max(0, offset - at), Math.min(count, end - at))
  }
}

async function checkWhole(cid: Cid, { bytes }: Manifest, readAt: ReadAt): Promise<void> {
  const hash = createHash('sha256')
  for (let at = 0; at < bytes; at += limits.blobPieceBytesMax) {
    hash.update(await readAt(at, Math.min(limits.blobPieceBytesMax, bytes - at)))
  }
  if (!isWholeRight(cid, hash.digest())) throw corrupt(cid)
}

function corrupt(cid: Cid): VcpError {
  return new VcpError('BLOB_CORRUPT', {
    message: `what is stored as ${cid} is not that`,
    details: { cid },
  })
}

export function notHere(cid: Cid): VcpError {
  return new VcpError('NOT_FOUND', { message: `the blob ${cid} is not here`, details: { cid } })
}
