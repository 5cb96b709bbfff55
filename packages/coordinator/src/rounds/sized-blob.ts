import type { SizedBytes } from '@vcp/learning'
import type { BlobStore } from '@vcp/mesh'
import { type Cid, type Outcome, pass, refuse } from '@vcp/protocol'

/** A blob to be read when its turn has come; refuses one that is not here. */
export function sizedBlob(store: BlobStore, cid: Cid, what: string): Outcome<SizedBytes> {
  const length = store.bytesOf(cid)
  if (length === null) return refuse('BLOB_UNAVAILABLE', `${what} ${cid} is not here: upload it`)
  const file = store.fileOf(cid)
  return pass(file === null ? { length, file, read: () => store.read(cid) } : { length, file })
}
