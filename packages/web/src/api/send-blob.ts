import { type Cid, cidOf } from '@vcp/protocol'
import { ask } from './ask.ts'

/** Stores bytes under the name that they have. */
export async function sendBlob(bytes: Uint8Array): Promise<Cid> {
  const cid = cidOf('raw', bytes)
  await ask('putBlob', { params: { cid }, body: bytes })
  return cid
}
