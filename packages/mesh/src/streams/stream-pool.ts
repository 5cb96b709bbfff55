// Streams kept open between two questions: opening one costs a negotiation, eight times what asking
// on an open one does. Bounded per peer and protocol; who comes when all are busy waits.
import type { PeerId } from '@vcp/protocol'
import type { FramedStream } from './framed-stream.ts'

const streamsMax = 32
const idleMs = 30_000

export interface Lease {
  readonly framed: FramedStream
  /** Whether it has carried a question before: the other end may have ended it since. */
  readonly isUsed: boolean
  /** Gives the stream back, to be used again where it is still good for that. */
  done(isGood: boolean): void
}

export interface StreamPool {
  take(peerId: PeerId, protocol: string): Promise<Lease>
  close(): void
}

interface Idle {
  readonly framed: FramedStream
  readonly sinceMs: number
}

interface Lane {
  readonly idle: Idle[]
  readonly waiting: (() => void)[]
  busy: number
}

export function createStreamPool(
  open: (peerId: PeerId, protocol: string) => Promise<FramedStream>,
  now: () => number,
): StreamPool {
  const lanes = new Map<string, Lane>()
  const sweeper = setInterval(() => sweep(now() - idleMs), idleMs / 3)
  sweeper.unref()

  function sweep(sinceMs: number): void {
    for (const [name, { idle, busy, waiting }] of lanes) {
      for (let one = idle[0]; one !== undefined && one.sinceMs <= sinceMs; one = idle[0]) {
        idle.shift()
        if (one.framed.isOpen) one.framed.cut('not used any more')
      }
      if (idle.length === 0 && busy === 0 && waiting.length === 0) lanes.delete(name)
    }
  }

  function laneOf(name: string): Lane {
    const known = lanes.get(name) ?? { idle: [], waiting: [], busy: 0 }
    lanes.set(name, known)
    return known
  }

  function lease(lane: Lane, framed: FramedStream, isUsed: boolean): Lease {
    return {
      framed,
      isUsed,
      done(isGood) {
        if (isGood && framed.isOpen) lane.idle.push({ framed, sinceMs: now() })
        release(lane)
      },
    }
  }

  function release(lane: Lane): void {
    lane.busy -= 1
    lane.waiting.shift()?.()
  }

  return {
    async take(peerId, protocol) {
      const lane = laneOf(`${peerId} ${protocol}`)
      while (lane.busy >= streamsMax) {
        await new Promise<void>((resolve) => lane.waiting.push(resolve))
      }
      lane.busy += 1
      // The one used last: those used less go idle for good.
      for (let one = lane.idle.pop(); one !== undefined; one = lane.idle.pop()) {
        if (one.framed.isOpen) return lease(lane, one.framed, true)
      }
      try {
        return lease(lane, await open(peerId, protocol), false)
      } catch (error) {
        release(lane)
        throw error
      }
    },
    close() {
      clearInterval(sweeper)
      sweep(Number.POSITIVE_INFINITY)
    },
  }
}
