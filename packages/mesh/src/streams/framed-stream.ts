// Frames over a libp2p stream: four bytes of length, big endian, then that many bytes. Reads take
// what they need and no more; what comes faster than it is read makes the sender wait.
import type { Stream, StreamCloseEvent, StreamMessageEvent } from '@libp2p/interface'
import { createByteQueue } from './byte-queue.ts'

/** Above this, unread bytes stop the sender. */
const unreadBytesMax = 262_144

const lengthBytes = 4

/** A frame that claims to be longer than any may be. */
export class FrameTooLong extends Error {
  override readonly name = 'FrameTooLong'
}

export interface FramedStream {
  /** The next frame; null where the peer has ended the stream between two frames. */
  readFrame(bytesMax: number): Promise<Uint8Array | null>
  readBytes(count: number): Promise<Uint8Array>
  /** Resolves when more can be written. */
  writeFrame(frame: Uint8Array, payload?: Uint8Array): Promise<void>
  /** Whether the peer has sent a part of a frame, and not yet all of it. */
  readonly isWithinFrame: boolean
  readonly isOpen: boolean
  /** Ends it in order; the peer may still read. */
  close(): Promise<void>
  /** Ends it at once, on both sides. */
  cut(reason: string): void
}

export function frameStream(stream: Stream): FramedStream {
  const bytes = readerOf(stream)
  let awaitsBody = false

  async function readBytes(count: number): Promise<Uint8Array> {
    const read = await bytes.read(count)
    if (read === null) throw new Error('the stream ended before its time')
    return read
  }

  async function send(data: Uint8Array): Promise<void> {
    if (!stream.send(data)) await stream.onDrain()
  }

  return {
    async readFrame(bytesMax) {
      const head = await bytes.read(lengthBytes)
      if (head === null) return null
      const length = new DataView(head.buffer, head.byteOffset).getUint32(0)
      if (length > bytesMax)
        throw new FrameTooLong(`${length} bytes; at most ${bytesMax} are taken`)
      awaitsBody = true
      const body = await readBytes(length)
      awaitsBody = false
      return body
    },
    readBytes,
    async writeFrame(frame, payload) {
      const framed = new Uint8Array(lengthBytes + frame.length)
      new DataView(framed.buffer).setUint32(0, frame.length)
      framed.set(frame, lengthBytes)
      await send(framed)
      if (payload !== undefined && payload.length > 0) await send(payload)
    },
    get isWithinFrame() {
      return awaitsBody || bytes.unread > 0
    },
    get isOpen() {
      return !bytes.hasEnded && stream.status === 'open'
    },
    close: () => stream.close(),
    cut: (reason) => stream.abort(new Error(reason)),
  }
}

interface Wanted {
  readonly count: number
  give(bytes: Uint8Array | null): void
  fail(error: Error): void
}

interface StreamReader {
  /** One read at a time; null at the end of the stream. */
  read(count: number): Promise<Uint8Array | null>
  readonly unread: number
  readonly hasEnded: boolean
}

function readerOf(stream: Stream): StreamReader {
  const queue = createByteQueue()
  let wanted: Wanted | null = null
  let ended: Error | 'ended' | null = null

  stream.addEventListener('message', ({ data }: StreamMessageEvent) => {
    if (data instanceof Uint8Array) queue.push(data)
    else for (const chunk of data) queue.push(chunk)
    settle()
    const isTooMuch = wanted === null && queue.length > unreadBytesMax
    if (isTooMuch && stream.readStatus === 'readable') stream.pause()
  })
  stream.addEventListener('end', () => finish('ended'))
  stream.addEventListener('close', ({ error }: StreamCloseEvent) => finish(error ?? 'ended'))

  function finish(how: Error | 'ended'): void {
    ended ??= how
    settle()
  }

  function settle(): void {
    if (wanted === null) return
    const { count, give, fail } = wanted
    if (queue.length < count && ended === null) return
    wanted = null
    if (queue.length >= count) give(queue.take(count))
    else if (ended instanceof Error) fail(ended)
    else if (queue.length === 0) give(null)
    else fail(new Error('the stream ended within a frame'))
  }

  return {
    read(count) {
      if (count === 0) return Promise.resolve(new Uint8Array())
      const promise = new Promise<Uint8Array | null>((give, fail) => {
        wanted = { count, give, fail }
      })
      settle()
      // What it held back while it was paused comes at once.
      if (wanted !== null && stream.readStatus === 'paused') stream.resume()
      return promise
    },
    get unread() {
      return queue.length
    },
    get hasEnded() {
      return ended !== null
    },
  }
}
