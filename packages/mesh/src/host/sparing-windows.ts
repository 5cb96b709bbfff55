// yamux tells the other end of every message that it was read, in a frame of its own: for a small
// question and its answer that is half of all frames, each encrypted and written by itself. As in
// the yamux of Go, an end here is told when half of its window is used up; it never waits for that,
// because the other half is still its own.
import { StreamState, YamuxStream } from '@libp2p/yamux/stream'

/** What of a stream decides, beside what its type shows. */
interface Windowed {
  readonly state: StreamState
  readonly recvWindow: number
  readonly recvWindowCapacity: number
}

let isSparing = false

/** From now on, of all streams of this process. */
export function spareWindowUpdates(): void {
  if (isSparing) return
  isSparing = true
  const { prototype } = YamuxStream
  const { sendWindowUpdate } = prototype
  prototype.sendWindowUpdate = function (this: YamuxStream) {
    const { state, recvWindow, recvWindowCapacity } = this as unknown as Windowed
    // Before it is established, the update says that the stream is opened or taken.
    const isIdle = state === StreamState.Established && 2 * recvWindowCapacity >= recvWindow
    if (!isIdle) sendWindowUpdate.call(this)
  }
}
