// How blobs go from one peer to another: what a blob is made of, then its pieces, each checked when
// it comes. A blob of one leaf is named by the digest of its bytes; of a larger one the leaves'
// digests lead to the name, so that no leaf is taken on anybody's word.
import * as z from 'zod'
import { Cid } from '../ids.ts'
import { limits } from '../limits.ts'
import { Count } from '../quantities.ts'
import type { StreamProtocol } from './stream-protocol.ts'

export const BlobAsk = z.discriminatedUnion('want', [
  /**
   * The size of a blob, and as payload the digests of its leaves (32 bytes each), if it has many.
   */
  z.strictObject({ want: z.literal('manifest'), cid: Cid }),
  /** Bytes of a blob as payload. */
  z.strictObject({
    want: z.literal('piece'),
    cid: Cid,
    offset: Count,
    length: z.int().min(1).max(limits.blobPieceBytesMax),
  }),
])
export type BlobAsk = z.infer<typeof BlobAsk>

export const BlobAnswer = z.strictObject({ bytes: Count })
export type BlobAnswer = z.infer<typeof BlobAnswer>

/** Between any two peers. The answer's `bytes` is the size of the whole blob. */
export const blobProtocol: StreamProtocol<BlobAsk, BlobAnswer> = {
  id: '/vcp/blob/1',
  ask: BlobAsk,
  answer: BlobAnswer,
  askBytesMax: limits.streamAnswerBytesMax,
  answerBytesMax: limits.streamAnswerBytesMax,
  payloadBytesMax: limits.blobManifestBytesMax,
  deadlineMs: limits.blobPieceDeadlineMs,
  asksPerSecond: limits.blobAsksPerSecondMax,
}
