// What a blob is made of, as far as one must know it to check its parts. A blob whose name is the
// digest of its bytes has no parts: it is checked when it is whole.
import { type Cid, type CidParts, limits, type Outcome, pass, readCid, refuse } from '@vcp/protocol'
import { digestBytes, leafCount, rootOf, sha256 } from './unixfs.ts'

export interface Manifest {
  readonly bytes: number
  /** The digests of the leaves, one after the other; null where the name is the digest itself. */
  readonly leaves: Uint8Array | null
}

/** A stretch of a blob: whole leaves, but for the last. */
export interface Piece {
  readonly offset: number
  readonly length: number
}

/** Whether a manifest, from wherever, is that of the blob. */
export function checkManifest(cid: Cid, { bytes, leaves }: Manifest): Outcome<CidParts> {
  const parts = readCid(cid)
  if (!parts.ok) return parts
  if (parts.value.codec !== 'dag-pb') {
    if (leaves !== null) return refuse('INVALID', `${cid} has no leaves`)
    if (bytes <= limits.blobWholeBytesMax) return parts
    return refuse('TOO_LARGE', `${bytes} bytes in one piece; ${limits.blobWholeBytesMax} may be`)
  }
  if (bytes > limits.blobBytesMax) {
    return refuse('TOO_LARGE', `${bytes} bytes; at most ${limits.blobBytesMax} are taken`)
  }
  const count = leafCount(bytes)
  if (leaves === null || count < 2 || leaves.length !== count * digestBytes) {
    return refuse('BLOB_CORRUPT', `not the leaves of ${bytes} bytes`)
  }
  if (rootOf(leaves, bytes) === cid) return parts
  return refuse('BLOB_CORRUPT', `the leaves lead to another name than ${cid}`)
}

/** A manifest as it is sent: a size and the digests, of which there are none for a whole blob. */
export function manifestFrom(cid: Cid, bytes: number, digests: Uint8Array): Outcome<Manifest> {
  const manifest = { bytes, leaves: digests.length === 0 ? null : digests }
  const checked = checkManifest(cid, manifest)
  return checked.ok ? pass(manifest) : checked
}

/** The blob in pieces as they are fetched. */
export function piecesOf({ bytes }: Manifest): readonly Piece[] {
  const { blobPieceBytesMax } = limits
  return Array.from({ length: Math.ceil(bytes / blobPieceBytesMax) }, (_, i) => {
    const offset = i * blobPieceBytesMax
    return { offset, length: Math.min(blobPieceBytesMax, bytes - offset) }
  })
}

/** Whether bytes are those of the blob at an offset that a leaf begins at. */
export function isPieceRight({ leaves }: Manifest, offset: number, bytes: Uint8Array): boolean {
  if (leaves === null) return true
  const { blobLeafBytes } = limits
  for (let at = 0; at < bytes.length; at += blobLeafBytes) {
    const index = (offset + at) / blobLeafBytes
    const expected = leaves.subarray(index * digestBytes, (index + 1) * digestBytes)
    const actual = sha256(bytes.subarray(at, at + blobLeafBytes))
    if (Buffer.compare(actual, expected) !== 0) return false
  }
  return true
}
