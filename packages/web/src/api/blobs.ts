// Blobs by their names: what goes out has the name of its bytes, and what comes in is held to it.
import { type Cid, cidOf, readCid } from '@vcp/protocol'
import { ask, askBytes } from './ask.ts'
import { Refused } from './refused.ts'

/** Stores bytes under the name that they have. */
export async function sendBlob(bytes: Uint8Array): Promise<Cid> {
  const cid = cidOf('raw', bytes)
  await ask('putBlob', { params: { cid }, body: bytes })
  return cid
}

/** The bytes that the name stands for; others are handed to nobody. */
export async function getBlob(cid: Cid): Promise<Uint8Array> {
  const bytes = await askBytes('getBlob', { params: { cid } })
  const name = readCid(cid)
  if (name.ok && cidOf(name.value.codec, bytes) === cid) return bytes
  throw new Refused({
    code: 'BLOB_CORRUPT',
    message: 'what came are not the bytes of this name; they were not kept',
    hint: 'Ask another coordinator for them, or a node that has them.',
    status: 200,
  })
}
