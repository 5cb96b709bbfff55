// How parent and child talk: frames over one socket, each a JSON header and a few blobs of bytes.
// Not Node's own channel for messages: that one collects a message of any announced length, and an
// error while it decodes is thrown where nobody can catch it, so a child that was taken over could
// fill the parent's memory or end it.
//   u32 length of the rest · u32 length of the header · header · (u32 length · bytes) for each blob
// All numbers are little-endian.

export interface Frame {
  readonly header: unknown
  readonly blobs: readonly Uint8Array<ArrayBuffer>[]
}

/** Why a stream of frames cannot be read any further. */
export type FrameFault = 'too_large' | 'malformed'

export interface FrameReader {
  /** Hands on each frame that the chunk completes; after a fault nothing more is read. */
  push(chunk: Uint8Array): FrameFault | null
}

export const blobsMax = 8

/** The frame in pieces, to be written one after the other: one, unless it holds large blobs. */
export function encodeFrame(header: object, blobs: readonly Uint8Array[] = []): Uint8Array[] {
  const text = encoder.encode(JSON.stringify(header))
  const blobBytes = blobs.reduce((sum, blob) => sum + 4 + blob.length, 0)
  const isSmall = blobBytes <= copiedBytesMax
  const head = new Uint8Array(8 + text.length + (isSmall ? blobBytes : 0))
  const view = new DataView(head.buffer)
  view.setUint32(0, 4 + text.length + blobBytes, true)
  view.setUint32(4, text.length, true)
  head.set(text, 8)
  if (!isSmall) return [head, ...blobs.flatMap((blob) => [lengthOf(blob), blob])]
  let at = 8 + text.length
  for (const blob of blobs) {
    view.setUint32(at, blob.length, true)
    head.set(blob, at + 4)
    at += 4 + blob.length
  }
  return [head]
}

/** `bytesMax` is asked before room is made for a frame; `take` says whether to go on reading. */
export function createFrameReader(
  bytesMax: () => number,
  take: (frame: Frame) => boolean,
): FrameReader {
  const head = new Uint8Array(4)
  let headFilled = 0
  let body: Uint8Array<ArrayBuffer> | null = null
  let bodyFilled = 0
  let ended: FrameFault | 'stopped' | null = null

  function step(chunk: Uint8Array, at: number): number {
    if (body === null) {
      const taken = fill(head, headFilled, chunk, at)
      headFilled += taken
      if (headFilled < 4) return taken
      const length = new DataView(head.buffer).getUint32(0, true)
      if (length > bytesMax()) ended = 'too_large'
      else body = new Uint8Array(length)
      bodyFilled = 0
      return taken
    }
    const taken = fill(body, bodyFilled, chunk, at)
    bodyFilled += taken
    if (bodyFilled < body.length) return taken
    const frame = decode(body)
    body = null
    headFilled = 0
    if (frame === null) ended = 'malformed'
    else if (!take(frame)) ended = 'stopped'
    return taken
  }

  return {
    push(chunk) {
      let at = 0
      // A body of no bytes is complete without another one.
      while (ended === null && (at < chunk.length || body?.length === 0)) at += step(chunk, at)
      return ended === 'stopped' ? null : ended
    },
  }
}

/** Below this, copying costs less than another piece to write. */
const copiedBytesMax = 65_536
const encoder = new TextEncoder()
const decoder = new TextDecoder('utf-8', { fatal: true })

function lengthOf(blob: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(4)
  new DataView(bytes.buffer).setUint32(0, blob.length, true)
  return bytes
}

function fill(into: Uint8Array, filled: number, chunk: Uint8Array, at: number): number {
  const count = Math.min(into.length - filled, chunk.length - at)
  into.set(chunk.subarray(at, at + count), filled)
  return count
}

function decode(body: Uint8Array<ArrayBuffer>): Frame | null {
  const view = new DataView(body.buffer)
  if (body.length < 4) return null
  const headerEnd = 4 + view.getUint32(0, true)
  if (headerEnd > body.length) return null
  const blobs: Uint8Array<ArrayBuffer>[] = []
  let at = headerEnd
  while (at < body.length) {
    if (blobs.length === blobsMax || at + 4 > body.length) return null
    const end = at + 4 + view.getUint32(at, true)
    if (end > body.length) return null
    blobs.push(body.subarray(at + 4, end))
    at = end
  }
  try {
    return { header: JSON.parse(decoder.decode(body.subarray(4, headerEnd))), blobs }
  } catch {
    return null
  }
}
