import { streamPair } from '@libp2p/utils'
import { assignProtocol, type TaskId } from '@vcp/protocol'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createConduct } from '../conduct.ts'
import { createCounters } from '../counters.ts'
import { eve } from '../testing/keys.ts'
import { createPeerBuckets } from '../token-bucket.ts'
import { frameStream } from './framed-stream.ts'
import { writeAsk } from './frames.ts'
import { serveStream } from './serve-stream.ts'

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }))
afterEach(() => void vi.useRealTimers())

/** What becomes of a stream on which these bytes come, and nothing after them. */
async function servedWith(bytes: Uint8Array, afterMs: number) {
  const [hostile, served] = await streamPair()
  const counters = createCounters()
  const conduct = createConduct(
    () => 0,
    () => undefined,
  )
  const rate = createPeerBuckets({ perSecond: 10, burst: 10 }, () => 0)
  const protocol = { ...assignProtocol, deadlineMs: 5_000 }
  const handler = () => new Promise<never>(() => undefined)
  const serving = { protocol, handler, rate, counters, conduct }
  const done = serveStream(frameStream(served), eve.peerId, serving)
  if (bytes.length > 0) hostile.send(bytes)
  await vi.advanceTimersByTimeAsync(afterMs)
  return { done, served, counters, conduct }
}

describe('a stream that is served', () => {
  test.each([
    ['on which nothing comes', new Uint8Array()],
    ['on which half a length comes', Uint8Array.of(0, 0)],
    ['on which a length comes and no frame', Uint8Array.of(0, 0, 1, 0)],
    ['on which half a frame comes', Uint8Array.of(0, 0, 1, 0, 0xa1)],
  ])('%s is cut after ten seconds, and its peer blamed', async (_, bytes) => {
    const before = await servedWith(bytes, 9_900)
    expect(before.served.status).toBe('open')
    await vi.advanceTimersByTimeAsync(200)
    await before.done
    expect(before.served.status).toBe('aborted')
    expect(before.counters.read()).toEqual({ 'stream.stall': 1 })
    expect(before.conduct.scoreOf(eve.peerId)).toBe(-5)
  })

  test('is cut without blame when our own answer takes too long', async () => {
    const bytes = writeAsk(assignProtocol, {
      ask: 'reveal',
      task_id: '019f0000-0000-7000-8000-000000000001' as TaskId,
      lease_epoch: 1,
    })
    const frame = Uint8Array.from([0, 0, 0, bytes.length, ...bytes])
    const { done, counters, conduct } = await servedWith(frame, 5_100)
    expect(counters.read()).toEqual({ 'stream.ask': 1, 'stream.slow': 1 })
    expect(conduct.scoreOf(eve.peerId)).toBe(0)
    expect(await Promise.race([done, 'still waiting for the handler'])).toBe(
      'still waiting for the handler',
    )
  })
})
