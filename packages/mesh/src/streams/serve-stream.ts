// The answering end of one stream: question after question until the peer ends it, misbehaves, or
// takes too long.
import { type Canonical, type PeerId, refuse, type StreamProtocol } from '@vcp/protocol'
import type { Conduct, Offence } from '../conduct.ts'
import type { Counters } from '../counters.ts'
import type { PeerBuckets } from '../token-bucket.ts'
import { createDeadline } from './deadline.ts'
import { answerOf } from './failing.ts'
import { type FramedStream, FrameTooLong } from './framed-stream.ts'
import { readAsk, writeRefusal, writeValue } from './frames.ts'
import type { Handler } from './streams.ts'

/** For the first question on a new stream, all of it. */
const firstMs = 10_000
/** For each after it. Longer than an asking end keeps a stream that it does not use. */
const nextMs = 60_000

export interface Serving<Ask extends Canonical, Value extends Canonical> {
  readonly protocol: StreamProtocol<Ask, Value>
  readonly handler: Handler<Ask, Value>
  readonly rate: PeerBuckets
  readonly counters: Counters
  readonly conduct: Conduct
}

export async function serveStream<Ask extends Canonical, Value extends Canonical>(
  framed: FramedStream,
  from: PeerId,
  serving: Serving<Ask, Value>,
): Promise<void> {
  const { protocol, counters, conduct } = serving
  let phase: 'fresh' | 'idle' | 'answering' = 'fresh'

  function blame(offence: Offence, why: string): void {
    counters.count(`stream.${why}`)
    conduct.note(from, offence)
    framed.cut(why)
  }

  const deadline = createDeadline(() => {
    if (phase === 'answering') {
      counters.count('stream.slow')
      framed.cut('the answer took too long')
    } else if (phase === 'fresh' || framed.isWithinFrame) blame('stall', 'stall')
    else framed.cut('idle')
  })

  try {
    for (;;) {
      deadline.set(phase === 'fresh' ? firstMs : nextMs)
      const frame = await framed.readFrame(protocol.askBytesMax)
      if (frame === null) break
      phase = 'answering'
      deadline.set(protocol.deadlineMs)
      const isGood = await answerFrame(framed, frame, from, serving)
      if (!isGood) return blame('garbage', 'garbage')
      phase = 'idle'
    }
    await framed.close()
  } catch (error) {
    if (error instanceof FrameTooLong) blame('garbage', 'oversized')
    else if (!deadline.hasPassed) {
      // Reset, or ended half way: what a crash looks like, so nobody is to blame.
      counters.count('stream.broken')
      framed.cut('broken')
    }
  } finally {
    deadline.clear()
  }
}

/** Answers one question; false where it was not one. */
async function answerFrame<Ask extends Canonical, Value extends Canonical>(
  framed: FramedStream,
  frame: Uint8Array,
  from: PeerId,
  { protocol, handler, rate, counters, conduct }: Serving<Ask, Value>,
): Promise<boolean> {
  if (!rate.take(from)) {
    counters.count('stream.haste')
    conduct.note(from, 'haste')
    const refusal = refuse('RATE_LIMITED', `${protocol.asksPerSecond} questions a second are taken`)
    await framed.writeFrame(writeRefusal(refusal))
    return true
  }
  const ask = readAsk(protocol, frame)
  if (!ask.ok) {
    await framed.writeFrame(writeRefusal(ask))
    return false
  }
  counters.count('stream.ask')
  const answer = await answerOf(() => handler(ask.value, from))
  if (!answer.ok) {
    counters.count(`stream.refuse.${answer.code}`)
    await framed.writeFrame(writeRefusal(answer))
    return true
  }
  const payload = 'payload' in answer ? answer.payload : new Uint8Array()
  await framed.writeFrame(writeValue(answer.value, payload.length), payload)
  return true
}
