// Gives blobs to peers that ask for them.
import { blobProtocol, type Cid, type PeerId, type Refusal, refuse } from '@vcp/protocol'
import type { Answer, Streams } from '../streams/streams.ts'
import type { BlobStore } from './blob-store.ts'

/** Whether a peer may have a blob; what it may not have is not here, as far as it is told. */
export type MayHave = (peerId: PeerId, cid: Cid) => boolean

/** Serves what the store has, until the answer is called. */
export function serveBlobs(
  streams: Streams,
  store: BlobStore,
  mayHave: MayHave = () => true,
): Promise<() => Promise<void>> {
  return streams.serve(blobProtocol, async (ask, from): Promise<Answer<{ bytes: number }>> => {
    const { cid } = ask
    const isHere = mayHave(from, cid)
    if (ask.want === 'manifest') {
      const manifest = isHere ? await store.manifest(cid) : null
      if (manifest === null) return notHere(cid)
      const { bytes, leaves } = manifest
      return { ok: true, value: { bytes }, payload: leaves ?? new Uint8Array() }
    }
    const bytes = isHere ? store.bytesOf(cid) : null
    if (bytes === null) return notHere(cid)
    const { offset, length } = ask
    if (offset + length > bytes) {
      return refuse('INVALID', `bytes ${offset} to ${offset + length} of a blob of ${bytes}`)
    }
    const chunks: Uint8Array[] = []
    for await (const chunk of store.read(cid, { offset, length })) chunks.push(chunk)
    const [first] = chunks
    const payload = chunks.length === 1 && first !== undefined ? first : Buffer.concat(chunks)
    return { ok: true, value: { bytes }, payload }
  })
}

function notHere(cid: Cid): Refusal {
  return refuse('NOT_FOUND', `the blob ${cid} is not here`)
}
