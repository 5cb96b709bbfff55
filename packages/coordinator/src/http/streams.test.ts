import { expect, test } from 'vitest'
import { createMetrics } from './metrics.ts'
import { createStreams } from './streams.ts'

test('who is told nothing of all that happens gets signs of life, and can be gone', async () => {
  const streams = createStreams({
    feed: {
      newest: 0,
      async read(_, after) {
        await new Promise(setImmediate)
        return { events: [], upTo: after + 1 }
      },
      more: () => Promise.resolve(),
    },
    metrics: createMetrics(),
    heartbeatMs: 20,
    streamsMax: 1,
    perAccountMax: 1,
  })
  const viewer = { accountId: 'ana' } as never
  const asked = { after: 0, types: new Set(['task-failed']) }
  const opened = streams.open(viewer, asked)
  const told = opened.ok ? opened.value[Symbol.asyncIterator]() : expect.unreachable('refused')
  for (let n = 0; n < 3; n++) {
    expect(await told.next()).toEqual({ done: false, value: 'still-here' })
  }
  expect(streams.open(viewer, asked)).toMatchObject({ code: 'RATE_LIMITED' })
  const last = told.next()
  await told.return?.()
  await last
  expect(streams.open(viewer, asked)).toMatchObject({ ok: true })
})
